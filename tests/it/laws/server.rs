//! The other end of the link in memory: a server that answers well, badly or madly, as choices say.

/// A supply of numbers; when it has run out, every one is 0, which stands for good behaviour.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    octets: Vec<u8>,
    at: usize,
}

impl Choices {
    pub(super) fn new(octets: Vec<u8>) -> Choices {
        Choices { octets, at: 0 }
    }

    fn next(&mut self) -> u8 {
        self.at += 1;
        self.octets.get(self.at - 1).copied().unwrap_or(0)
    }

    pub(super) fn below(&mut self, bound: u8) -> u8 {
        self.next() % bound
    }
}

/// What a server is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Greeting,
    Hello,
    Mail,
    Rcpt,
    Data,
    Dot,
    /// A chunk that is not the last; the last one is a `Dot`.
    Chunk,
    Rset,
    Quit,
    Other,
}

/// What it says to that.
#[derive(Clone, Debug, Default)]
struct Answer {
    lines: Vec<Vec<u8>>,
    close: bool,
}

/// Which answers come instead of the good ones: the number of a question (all greetings, commands and ends count) and a code.
pub(super) type Refusals = Vec<(Ask, usize, u16)>;

#[derive(Debug)]
pub(super) struct Server {
    lmtp: bool,
    pipelining: bool,
    chunking: bool,
    /// How many recipients it says it takes.
    most: Option<usize>,
    /// The chunk that is being taken: its octets still to come, and whether it is the last.
    chunk: Option<(usize, bool)>,
    /// So many answers are good at first; of 256 behind them so many are not.
    calm: usize,
    spite: u8,
    choices: Choices,
    refusals: Refusals,
    rest: Vec<u8>,
    in_body: bool,
    accepted: usize,
    asked: Vec<Ask>,
}

impl Server {
    pub(super) fn new(lmtp: bool, pipelining: bool) -> Server {
        let (choices, refusals) = (Choices::default(), Vec::new());
        let (rest, asked) = (Vec::new(), Vec::new());
        Server {
            lmtp,
            pipelining,
            chunking: false,
            most: None,
            chunk: None,
            calm: 0,
            spite: 0,
            choices,
            refusals,
            rest,
            in_body: false,
            accepted: 0,
            asked,
        }
    }

    /// Takes messages in chunks too.
    pub(super) fn in_chunks(self, chunking: bool) -> Server {
        Server { chunking, ..self }
    }

    /// Says how many recipients it takes.
    pub(super) fn taking(self, most: Option<usize>) -> Server {
        Server { most, ..self }
    }

    /// Answers at random.
    pub(super) fn with_spite(self, calm: usize, spite: u8, choices: Choices) -> Server {
        Server { calm, spite, choices, ..self }
    }

    /// Answers a certain question with a certain code: the first RCPT is `(Ask::Rcpt, 0, code)`.
    pub(super) fn refusing(self, refusals: Refusals) -> Server {
        Server { refusals, ..self }
    }

    /// Takes octets; returns the lines of its answers, and whether it hangs up behind them.
    pub(super) fn hear(&mut self, octets: &[u8]) -> (Vec<Vec<u8>>, bool) {
        let mut said = Vec::new();
        if self.asked.is_empty() {
            let greeting = self.answer(Ask::Greeting);
            said.extend(greeting.lines);
            if greeting.close {
                return (said, true);
            }
        }
        self.rest.extend_from_slice(octets);
        if (self.in_body || self.chunk.is_some()) && self.is_spiteful() && self.choices.below(4) == 0 {
            let early = self.oddity(Ask::Dot);
            said.extend(early.lines);
            if early.close {
                return (said, true);
            }
        }
        let (heard, mut at) = (std::mem::take(&mut self.rest), 0);
        while let Some(ask) = self.next_question(&heard, &mut at) {
            for _ in 0..self.answers(ask) {
                let answer = self.answer(ask);
                said.extend(answer.lines);
                if answer.close {
                    return (said, true);
                }
            }
        }
        self.rest = heard[at..].to_vec();
        (said, false)
    }

    /// What is asked next: a command, the end of a message, a whole chunk.
    fn next_question(&mut self, heard: &[u8], at: &mut usize) -> Option<Ask> {
        loop {
            if let Some((left, last)) = self.chunk {
                let taken = left.min(heard.len() - *at);
                *at += taken;
                self.chunk = (taken < left).then_some((left - taken, last));
                if self.chunk.is_some() {
                    return None;
                }
                return Some(if last { Ask::Dot } else { Ask::Chunk });
            }
            let end = memchr::memmem::find(&heard[*at..], b"\r\n")?;
            let line = &heard[*at..*at + end];
            *at += end + 2;
            match std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("BDAT ")) {
                _ if self.in_body && line != b"." => {}
                Some(words) if !self.in_body => {
                    let size = words.strip_suffix(" LAST").unwrap_or(words);
                    self.chunk = Some((size.parse().unwrap(), size != words));
                }
                _ if self.in_body => {
                    self.in_body = false;
                    return Some(Ask::Dot);
                }
                _ => return Some(ask_of(line)),
            }
        }
    }

    /// How many answers a question wants: in LMTP one for each recipient at the end of a message.
    fn answers(&self, ask: Ask) -> usize {
        if self.lmtp && ask == Ask::Dot { self.accepted.max(usize::from(self.chunking)) } else { 1 }
    }

    fn is_spiteful(&mut self) -> bool {
        self.asked.len() > self.calm && self.choices.next() > 255 - self.spite
    }

    fn answer(&mut self, ask: Ask) -> Answer {
        let nth = self.asked.iter().filter(|known| **known == ask).count();
        self.asked.push(ask);
        let told = self.refusals.iter().find(|refusal| (refusal.0, refusal.1) == (ask, nth));
        let answer = match told.map(|(_, _, code)| *code) {
            Some(code) => one(format!("{code} as told")),
            None if self.is_spiteful() => self.oddity(ask),
            // A chunk for nobody, or behind one that failed, fails.
            None if self.accepted == 0 && self.chunking && matches!(ask, Ask::Chunk | Ask::Dot) => {
                one("503 5.5.1 no valid recipients")
            }
            None => self.good(ask),
        };
        let code = answer.lines.first().map_or(&b""[..], Vec::as_slice);
        match ask {
            Ask::Mail | Ask::Rset => self.accepted = 0,
            Ask::Rcpt if code.starts_with(b"2") => self.accepted += 1,
            Ask::Data if code.starts_with(b"354") => self.in_body = true,
            Ask::Chunk if !code.starts_with(b"2") => self.accepted = 0,
            _ => {}
        }
        answer
    }

    fn good(&self, ask: Ask) -> Answer {
        one(match ask {
            Ask::Greeting => "220 memory",
            Ask::Hello => {
                let limits = self.most.map(|most| format!("250-LIMITS RCPTMAX={most}"));
                let mut all = vec!["250-memory"];
                all.extend(self.chunking.then_some("250-CHUNKING"));
                all.extend(limits.as_deref());
                all.extend(if self.pipelining {
                    &["250-SIZE 10000000", "250 PIPELINING"][..]
                } else {
                    &["250 8BITMIME"]
                });
                return lines(&all);
            }
            Ask::Data => "354 go on",
            Ask::Quit => "221 bye",
            Ask::Dot => "250 2.0.0 queued as 4711",
            _ => "250 ok",
        })
    }

    fn oddity(&mut self, ask: Ask) -> Answer {
        let good = self.good(ask);
        let closing = |answer: Answer| Answer { close: true, ..answer };
        match self.choices.below(20) {
            0 => one("450 4.2.1 later"),
            1 => one("451 later"),
            2 => one("550 5.1.1 \x1b[31mno\u{9b}"),
            3 => lines(&["554-5.7.0 never", "554 5.7.0 ever"]),
            4 => one("552 too much"),
            5 => one("421 going down"),
            6 => closing(one("421 gone")),
            7 => {
                let codes = ["250", "354", "150", "650", "221", "999", "334", "000", "251 x"];
                one(codes[usize::from(self.choices.below(9))])
            }
            8 => {
                let junk = ["", "25", "hello", "2x0 ok", "250ok", " 250 ok", "250-a\x00", "\u{e9}", "-250"];
                one(junk[usize::from(self.choices.below(9))])
            }
            9 => lines(&["250-first", "550 second"]),
            10 | 18 | 19 => Answer { lines: [good.lines.clone(), good.lines].concat(), close: false },
            11 => closing(good),
            12 => closing(Answer::default()),
            13 => closing(one("250-not all of it")),
            14 => Answer::default(),
            15 => one("250-never ending"),
            16 => Answer { lines: vec![b"250-long".repeat(8_200)], close: false },
            _ => lines(&["250-", "250-2.1.0 much", "250"]),
        }
    }
}

fn ask_of(line: &[u8]) -> Ask {
    match line.get(..4) {
        Some(b"EHLO" | b"HELO" | b"LHLO") => Ask::Hello,
        Some(b"MAIL") => Ask::Mail,
        Some(b"RCPT") => Ask::Rcpt,
        Some(b"DATA") => Ask::Data,
        Some(b"RSET") => Ask::Rset,
        Some(b"QUIT") => Ask::Quit,
        _ => Ask::Other,
    }
}

fn one(line: impl Into<Vec<u8>>) -> Answer {
    Answer { lines: vec![line.into()], close: false }
}

fn lines(lines: &[&str]) -> Answer {
    Answer { lines: lines.iter().map(|line| line.as_bytes().to_vec()).collect(), close: false }
}
