
use builtin;
use str;

set edit:completion:arg-completer[mailxport] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'mailxport'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'mailxport'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand send 'Send message files over one SMTP or LMTP session'
            cand check 'Tell what a server offers and what would go wrong, without sending'
            cand sink 'Run a small local mail server that keeps what it is sent'
            cand explain 'Tell what an exit status means and what to do next'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mailxport;send'= {
            cand --files-from 'Send the files that FILE lists too, one path a line'
            cand --unsent 'Write the paths that are still to be sent to FILE'
            cand --server 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]'
            cand --helo 'Greet the server with this name'
            cand --source-address 'Connect from this address'
            cand --proxy 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]'
            cand --proxy-password-file 'Read the proxy''s password from the first line of FILE (''-'': standard input) [env: MAILXPORT_PROXY_PASSWORD]'
            cand --tls 'Ask for TLS: required, opportunistic or off'
            cand --ca-file 'Trust the authorities in FILE (PEM) instead of the system''s'
            cand --tls-fingerprint 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable'
            cand --tls-name 'Check the certificate for NAME, and send that, instead of the host''s name'
            cand --client-cert 'Show this certificate (PEM, the chain behind it)'
            cand --client-key 'The key of the client certificate [default: in the same file]'
            cand --tls-min 'The oldest TLS that is spoken'
            cand -u 'Log on as NAME [env: MAILXPORT_USER]'
            cand --user 'Log on as NAME [env: MAILXPORT_USER]'
            cand --password-file 'Read the password from the first line of FILE (''-'': standard input)'
            cand --password-command 'Run CMD and take the first line of its output as the password'
            cand --token-file 'Read an OAuth token from the first line of FILE (''-'': standard input) [env: MAILXPORT_TOKEN]'
            cand --token-command 'Run CMD and take the first line of its output as an OAuth token'
            cand --auth 'How to log on [default: auto, the strongest way that is offered]'
            cand --timeout 'Wait so long for a reply [default: by stage]'
            cand --dot-timeout 'Wait so long for the verdict [default: 600]'
            cand --connect-timeout 'Wait so long for a connection [default: 30]'
            cand --deadline 'End the whole run after so long'
            cand -f 'The sender; '''' is the null sender [default: of the message]'
            cand --from 'The sender; '''' is the null sender [default: of the message]'
            cand --to 'A recipient or a comma list; may be repeated'
            cand --to-file 'Take recipients from FILE, one a line'
            cand --dsn-notify 'Ask for delivery reports: never, or success,failure,delay'
            cand --dsn-return 'What a report returns of the message: full or headers'
            cand --dsn-envid 'An id that reports repeat'
            cand --max-size 'Refuse what is larger (109); k, M, G are powers of 1024'
            cand --context 'Repeat TEXT in the JSON'
            cand --progress 'Show a progress bar: auto, always or never'
            cand --log 'Append what happens to FILE, one JSON object a line'
            cand --color 'Colour on standard error: auto, always or never'
            cand --exit-codes 'End with ixp statuses, or with those of sysexits.h'
            cand --dry-run 'Show what would be sent, without any network'
            cand -4 'Use IPv4 only'
            cand -6 'Use IPv6 only'
            cand --insecure 'Take any certificate, with a warning each time'
            cand --auth-in-clear 'Let the password or token cross a connection in clear'
            cand --no-chunking 'Send by DATA even to a server that takes messages in chunks (CHUNKING)'
            cand -t 'Take recipients from To, Cc and Bcc of the message'
            cand --recipients-from-headers 'Take recipients from To, Cc and Bcc of the message'
            cand --partial 'Send to those accepted, even if others are refused'
            cand --require-dsn 'Send nothing (94) where reports are not offered'
            cand --keep-bcc 'Leave Bcc fields in'
            cand --as-is 'Add nothing, leave nothing out, need no header'
            cand --json 'Print one JSON object a message on standard output'
            cand -v 'Show the phases; twice, the dialogue'
            cand --verbose 'Show the phases; twice, the dialogue'
            cand --trace 'Show the dialogue, as -vv does'
            cand -q 'Say nothing, but one line about each failure'
            cand --quiet 'Say nothing, but one line about each failure'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'mailxport;check'= {
            cand --server 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]'
            cand --helo 'Greet the server with this name'
            cand --source-address 'Connect from this address'
            cand --proxy 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]'
            cand --proxy-password-file 'Read the proxy''s password from the first line of FILE (''-'': standard input) [env: MAILXPORT_PROXY_PASSWORD]'
            cand --tls 'Ask for TLS: required, opportunistic or off'
            cand --ca-file 'Trust the authorities in FILE (PEM) instead of the system''s'
            cand --tls-fingerprint 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable'
            cand --tls-name 'Check the certificate for NAME, and send that, instead of the host''s name'
            cand --client-cert 'Show this certificate (PEM, the chain behind it)'
            cand --client-key 'The key of the client certificate [default: in the same file]'
            cand --tls-min 'The oldest TLS that is spoken'
            cand -u 'Log on as NAME [env: MAILXPORT_USER]'
            cand --user 'Log on as NAME [env: MAILXPORT_USER]'
            cand --password-file 'Read the password from the first line of FILE (''-'': standard input)'
            cand --password-command 'Run CMD and take the first line of its output as the password'
            cand --token-file 'Read an OAuth token from the first line of FILE (''-'': standard input) [env: MAILXPORT_TOKEN]'
            cand --token-command 'Run CMD and take the first line of its output as an OAuth token'
            cand --auth 'How to log on [default: auto, the strongest way that is offered]'
            cand --timeout 'Wait so long for a reply [default: by stage]'
            cand --dot-timeout 'Wait so long for the verdict [default: 600]'
            cand --connect-timeout 'Wait so long for a connection [default: 30]'
            cand --deadline 'End the whole run after so long'
            cand -f 'The sender; '''' is the null sender [default: the user, if it is an address]'
            cand --from 'The sender; '''' is the null sender [default: the user, if it is an address]'
            cand --to 'Ask for a recipient or a comma list; may be repeated'
            cand --to-file 'Ask for the recipients in FILE, one a line'
            cand --dsn-notify 'Ask for delivery reports: never, or success,failure,delay'
            cand --dsn-return 'What a report would return of the message: full or headers'
            cand --dsn-envid 'An id that reports would repeat'
            cand --context 'Repeat TEXT in the JSON'
            cand --log 'Append what happens to FILE, one JSON object a line'
            cand --color 'Colour: auto, always or never'
            cand --exit-codes 'End with ixp statuses, or with those of sysexits.h'
            cand -4 'Use IPv4 only'
            cand -6 'Use IPv6 only'
            cand --insecure 'Take any certificate, with a warning each time'
            cand --auth-in-clear 'Let the password or token cross a connection in clear'
            cand --no-chunking 'Send by DATA even to a server that takes messages in chunks (CHUNKING)'
            cand --partial 'End as a send with --partial would: 41 or 42 if some recipients are refused'
            cand --require-dsn 'Fail (94) if the server does not offer reports'
            cand --json 'Print the report as one JSON object'
            cand -v 'Show the phases on standard error; twice, the dialogue'
            cand --verbose 'Show the phases on standard error; twice, the dialogue'
            cand --trace 'Show the dialogue, as -vv does'
            cand -q 'Print no report, and one line if something would go wrong'
            cand --quiet 'Print no report, and one line if something would go wrong'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'mailxport;sink'= {
            cand --listen 'IP:PORT or unix:/PATH [default: a free port of 127.0.0.1]'
            cand --maildir 'Keep messages in this Maildir'
            cand --count 'End with status 0 after N messages'
            cand --max-size 'Refuse larger messages; k, M, G are powers of 1024'
            cand --without 'Do without an extension, or a comma list of them; may be repeated'
            cand --hostname 'The name in the greeting [default: this machine''s]'
            cand --tls-cert 'Offer TLS with this certificate (PEM, the chain behind it)'
            cand --tls-key 'The key of that certificate (PEM)'
            cand --auth 'Let USER log on with the first line of FILE as the password; may be repeated'
            cand --reject 'Refuse with CODE at a stage; may be repeated'
            cand --drop 'Hang up at a stage without a word; may be repeated'
            cand --delay 'Wait at a stage (ms, s or m); may be repeated'
            cand --allow-remote 'Allow an address that other machines can reach'
            cand --discard 'Keep nothing, on purpose'
            cand --json 'Write JSON, one object a line'
            cand --tls-self-signed 'Offer TLS with a certificate made for this run'
            cand --implicit 'Begin TLS with the first octet, not by STARTTLS'
            cand --auth-in-clear 'Let passwords cross a connection in clear'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'mailxport;explain'= {
            cand --json 'Print JSON instead: an array, one object a row'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'mailxport;help'= {
            cand send 'Send message files over one SMTP or LMTP session'
            cand check 'Tell what a server offers and what would go wrong, without sending'
            cand sink 'Run a small local mail server that keeps what it is sent'
            cand explain 'Tell what an exit status means and what to do next'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mailxport;help;send'= {
        }
        &'mailxport;help;check'= {
        }
        &'mailxport;help;sink'= {
        }
        &'mailxport;help;explain'= {
        }
        &'mailxport;help;help'= {
        }
    ]
    $completions[$command]
}
