// Takes mail with smtp-server, from the folder of modules that is named, and keeps each message in `mail/box/new` as it came, its
// envelope in front. Says its ports first: STARTTLS, TLS from the first byte, and for those who have logged on; with `lmtp` one.
'use strict';

const fs = require('fs');
const path = require('path');

const [modules, mode] = process.argv.slice(2);
const { SMTPServer } = require(path.join(modules, 'smtp-server'));

const pem = fs.readFileSync('server.pem');
const password = 'tiger-secret';
const token = 'good-token';
let kept = 0;

const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

const spoken = ({ address, args }) => {
    const words = Object.entries(args || {}).map(([name, value]) => (value === true ? name : `${name}=${value}`));
    return [`<${address}>`, ...words].join(' ');
};

const options = {
    key: pem,
    cert: pem,
    size: 40_000_000,
    hideDSN: false,
    hideENHANCEDSTATUSCODES: false,
    disableReverseLookup: true,
    logger: false,
    authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'],
    authOptional: true,

    onAuth({ method, username, password: said, accessToken, validatePassword }, session, done) {
        const right = {
            'CRAM-MD5': () => validatePassword(password),
            XOAUTH2: () => accessToken === token
        }[method];
        const known = username === 'alice' && (right ? right() : said === password);
        done(known ? null : refusal(535, 'not known'), { user: username });
    },

    onRcptTo({ address }, session, done) {
        if (address.startsWith('bad@')) return done(refusal(550, 'no such user'));
        if (address.startsWith('temp@')) return done(refusal(451, 'try later'));
        done();
    },

    onData(stream, session, done) {
        const name = String(++kept);
        const { mailFrom, rcptTo } = session.envelope;
        const head = [
            `X-User: ${session.user || ''}`,
            `X-Mail-Args: ${spoken(mailFrom)}`,
            ...rcptTo.map(recipient => `X-Rcpt-Args: ${spoken(recipient)}`),
            `Received: with ${session.transmissionType}`
        ];
        // It comes in a piece for each dot that was doubled.
        const pieces = head.map(line => Buffer.from(`${line}\n`));
        stream.on('data', piece => pieces.push(piece));
        stream.on('end', () => {
            if (stream.sizeExceeded) return done(refusal(552, 'too large'));
            const part = path.join('mail/box/tmp', name);
            fs.writeFileSync(part, Buffer.concat(pieces));
            fs.renameSync(part, path.join('mail/box/new', name));
            const late = ({ address }) => address.startsWith('late@');
            const said = `queued as ${name}`;
            done(null, mode === 'lmtp' ? rcptTo.map(it => (late(it) ? refusal(550, 'box full') : said)) : said);
        });
    }
};

const servers =
    mode === 'lmtp'
        ? [new SMTPServer({ ...options, lmtp: true })]
        : [{}, { secure: true }, { authOptional: false }].map(more => new SMTPServer({ ...options, ...more }));

// A client that leaves in the middle is none of its trouble.
servers.forEach(server => server.on('error', () => {}));

Promise.all(
    servers.map(server => new Promise(told => server.listen(0, '127.0.0.1', () => told(server.server.address().port))))
).then(ports => console.log(ports.join(' ')));
