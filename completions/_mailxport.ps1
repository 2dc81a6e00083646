
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'mailxport' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'mailxport'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'mailxport' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Send message files over one SMTP or LMTP session')
            [CompletionResult]::new('send-stream', 'send-stream', [CompletionResultType]::ParameterValue, 'Send standard input, told beforehand to be exactly N octets')
            [CompletionResult]::new('post', 'post', [CompletionResultType]::ParameterValue, 'Post a message, or any stream, to the URL of a resource')
            [CompletionResult]::new('compose', 'compose', [CompletionResultType]::ParameterValue, 'Write a message (text, HTML, attachments) to standard output')
            [CompletionResult]::new('sendmail', 'sendmail', [CompletionResultType]::ParameterValue, 'Take mail as sendmail(8) does, from cron, PHP, mutt and others')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Tell what a server offers and what would go wrong, without sending')
            [CompletionResult]::new('sink', 'sink', [CompletionResultType]::ParameterValue, 'Run a small local mail server that keeps what it is sent')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Begin a configuration file, or show what it and all the rest come to')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Tell what an exit status means and what to do next')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mailxport;send' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Send the files that FILE lists too, one path a line')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Send over so many sessions side by side')
            [CompletionResult]::new('--unsent', '--unsent', [CompletionResultType]::ParameterName, 'Write the paths that are still to be sent to FILE')
            [CompletionResult]::new('--message-id', '--message-id', [CompletionResultType]::ParameterName, 'How a missing Message-ID is made: random or content')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read accounts from FILE; '''' reads none [env: MAILXPORT_CONFIG]')
            [CompletionResult]::new('--helo', '--helo', [CompletionResultType]::ParameterName, 'Greet the server with this name')
            [CompletionResult]::new('--source-address', '--source-address', [CompletionResultType]::ParameterName, 'Connect from this address')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]')
            [CompletionResult]::new('--proxy-password-file', '--proxy-password-file', [CompletionResultType]::ParameterName, 'Read the proxy''s password from the first line of FILE (''-'': standard input) [env: MAILXPORT_PROXY_PASSWORD]')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'Ask for TLS: required, opportunistic or off')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities in FILE (PEM) instead of the system''s')
            [CompletionResult]::new('--tls-fingerprint', '--tls-fingerprint', [CompletionResultType]::ParameterName, 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Check the certificate for NAME, and send that, instead of the host''s name')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'Show this certificate (PEM, the chain behind it)')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The key of the client certificate [default: in the same file]')
            [CompletionResult]::new('--tls-min', '--tls-min', [CompletionResultType]::ParameterName, 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]')
            [CompletionResult]::new('-u', '-u', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from the first line of FILE (''-'': standard input)')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as the password')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read an OAuth token from the first line of FILE (''-'': standard input) [env: MAILXPORT_TOKEN]')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as an OAuth token')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'How to log on [default: auto, the strongest way that is offered]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Wait so long for a reply [default: by stage]')
            [CompletionResult]::new('--dot-timeout', '--dot-timeout', [CompletionResultType]::ParameterName, 'Wait so long for the verdict [default: 600]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Wait so long for a connection [default: 30]')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'End the whole run after so long')
            [CompletionResult]::new('--max-recipients', '--max-recipients', [CompletionResultType]::ParameterName, 'Name so many recipients at most in one transaction')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the message]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the message]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'A recipient or a comma list; may be repeated')
            [CompletionResult]::new('--to-file', '--to-file', [CompletionResultType]::ParameterName, 'Take recipients from FILE, one a line')
            [CompletionResult]::new('--dsn-notify', '--dsn-notify', [CompletionResultType]::ParameterName, 'Ask for delivery reports: never, or success,failure,delay')
            [CompletionResult]::new('--dsn-return', '--dsn-return', [CompletionResultType]::ParameterName, 'What a report returns of the message: full or headers')
            [CompletionResult]::new('--dsn-envid', '--dsn-envid', [CompletionResultType]::ParameterName, 'An id that reports repeat')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Refuse what is larger (109); k, M, G are powers of 1024')
            [CompletionResult]::new('--retry', '--retry', [CompletionResultType]::ParameterName, 'Try what is put off so many times more')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Wait so long before the next try [default: 20]')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Repeat TEXT in the JSON')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'Show a progress bar: auto, always or never')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Append what happens to FILE, one JSON object a line')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour on standard error: auto, always or never')
            [CompletionResult]::new('--exit-codes', '--exit-codes', [CompletionResultType]::ParameterName, 'End with ixp statuses, or with those of sysexits.h')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be sent, without any network')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Take any certificate, with a warning each time')
            [CompletionResult]::new('--auth-in-clear', '--auth-in-clear', [CompletionResultType]::ParameterName, 'Let the password or token cross a connection in clear')
            [CompletionResult]::new('--no-chunking', '--no-chunking', [CompletionResultType]::ParameterName, 'Send by DATA even to a server that takes messages in chunks (CHUNKING)')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--recipients-from-headers', '--recipients-from-headers', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--partial', '--partial', [CompletionResultType]::ParameterName, 'Send to those accepted, even if others are refused')
            [CompletionResult]::new('--require-dsn', '--require-dsn', [CompletionResultType]::ParameterName, 'Send nothing (94) where reports are not offered')
            [CompletionResult]::new('--keep-bcc', '--keep-bcc', [CompletionResultType]::ParameterName, 'Leave Bcc fields in')
            [CompletionResult]::new('--as-is', '--as-is', [CompletionResultType]::ParameterName, 'Add nothing, leave nothing out, need no header')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object a message on standard output')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show the phases; twice, the dialogue')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show the phases; twice, the dialogue')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Show the dialogue, as -vv does')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing, but one line about each failure')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing, but one line about each failure')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;send-stream' {
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'The octets of the stream; k, M, G are powers of 1024 [default: the length, if it is a file]')
            [CompletionResult]::new('--sha256', '--sha256', [CompletionResultType]::ParameterName, 'End the message only if the stream has this SHA-256, in hexadecimal')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read accounts from FILE; '''' reads none [env: MAILXPORT_CONFIG]')
            [CompletionResult]::new('--helo', '--helo', [CompletionResultType]::ParameterName, 'Greet the server with this name')
            [CompletionResult]::new('--source-address', '--source-address', [CompletionResultType]::ParameterName, 'Connect from this address')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]')
            [CompletionResult]::new('--proxy-password-file', '--proxy-password-file', [CompletionResultType]::ParameterName, 'Read the proxy''s password from the first line of FILE (''-'': standard input) [env: MAILXPORT_PROXY_PASSWORD]')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'Ask for TLS: required, opportunistic or off')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities in FILE (PEM) instead of the system''s')
            [CompletionResult]::new('--tls-fingerprint', '--tls-fingerprint', [CompletionResultType]::ParameterName, 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Check the certificate for NAME, and send that, instead of the host''s name')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'Show this certificate (PEM, the chain behind it)')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The key of the client certificate [default: in the same file]')
            [CompletionResult]::new('--tls-min', '--tls-min', [CompletionResultType]::ParameterName, 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]')
            [CompletionResult]::new('-u', '-u', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from the first line of FILE (''-'': standard input)')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as the password')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read an OAuth token from the first line of FILE (''-'': standard input) [env: MAILXPORT_TOKEN]')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as an OAuth token')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'How to log on [default: auto, the strongest way that is offered]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Wait so long for a reply [default: by stage]')
            [CompletionResult]::new('--dot-timeout', '--dot-timeout', [CompletionResultType]::ParameterName, 'Wait so long for the verdict [default: 600]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Wait so long for a connection [default: 30]')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'End the whole run after so long')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the message]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the message]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'A recipient or a comma list; may be repeated')
            [CompletionResult]::new('--to-file', '--to-file', [CompletionResultType]::ParameterName, 'Take recipients from FILE, one a line')
            [CompletionResult]::new('--dsn-notify', '--dsn-notify', [CompletionResultType]::ParameterName, 'Ask for delivery reports: never, or success,failure,delay')
            [CompletionResult]::new('--dsn-return', '--dsn-return', [CompletionResultType]::ParameterName, 'What a report returns of the message: full or headers')
            [CompletionResult]::new('--dsn-envid', '--dsn-envid', [CompletionResultType]::ParameterName, 'An id that reports repeat')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Refuse what is larger (109); k, M, G are powers of 1024')
            [CompletionResult]::new('--retry', '--retry', [CompletionResultType]::ParameterName, 'Try what is put off so many times more')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Wait so long before the next try [default: 20]')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Repeat TEXT in the JSON')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'Show a progress bar: auto, always or never')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Append what happens to FILE, one JSON object a line')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour on standard error: auto, always or never')
            [CompletionResult]::new('--exit-codes', '--exit-codes', [CompletionResultType]::ParameterName, 'End with ixp statuses, or with those of sysexits.h')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Take any certificate, with a warning each time')
            [CompletionResult]::new('--auth-in-clear', '--auth-in-clear', [CompletionResultType]::ParameterName, 'Let the password or token cross a connection in clear')
            [CompletionResult]::new('--no-chunking', '--no-chunking', [CompletionResultType]::ParameterName, 'Send by DATA even to a server that takes messages in chunks (CHUNKING)')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--recipients-from-headers', '--recipients-from-headers', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--partial', '--partial', [CompletionResultType]::ParameterName, 'Send to those accepted, even if others are refused')
            [CompletionResult]::new('--require-dsn', '--require-dsn', [CompletionResultType]::ParameterName, 'Send nothing (94) where reports are not offered')
            [CompletionResult]::new('--keep-bcc', '--keep-bcc', [CompletionResultType]::ParameterName, 'Leave Bcc fields in')
            [CompletionResult]::new('--as-is', '--as-is', [CompletionResultType]::ParameterName, 'Add nothing, leave nothing out, need no header')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object a message on standard output')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show the phases; twice, the dialogue')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show the phases; twice, the dialogue')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Show the dialogue, as -vv does')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing, but one line about each failure')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing, but one line about each failure')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;post' {
            [CompletionResult]::new('--url-file', '--url-file', [CompletionResultType]::ParameterName, 'Read the URL from the first line of FILE (''-'': standard input)')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'Post in the form of a service: gmail, graph, mailgun, jmap or one of your own')
            [CompletionResult]::new('--content-type', '--content-type', [CompletionResultType]::ParameterName, 'The type of what is posted [default: message/rfc822]')
            [CompletionResult]::new('--method', '--method', [CompletionResultType]::ParameterName, 'Ask by POST or by PUT [default: POST]')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Add a field to the request; may be repeated')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'The body has exactly N octets; k, M, G are powers of 1024')
            [CompletionResult]::new('--retry', '--retry', [CompletionResultType]::ParameterName, 'Try N more times what is not sent for now [default: 0]')
            [CompletionResult]::new('--retry-delay', '--retry-delay', [CompletionResultType]::ParameterName, 'Wait so long before the next try [default: 20]')
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'Send Idempotency-Key: KEY, or one made of URL and body (auto)')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the body of the answer to FILE (''-'': standard output)')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the account]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the account]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'A recipient or a comma list; may be repeated')
            [CompletionResult]::new('--to-file', '--to-file', [CompletionResultType]::ParameterName, 'Take recipients from FILE, one a line')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: the file''s own]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: the file''s own]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read accounts from FILE; '''' reads none [env: MAILXPORT_CONFIG]')
            [CompletionResult]::new('--source-address', '--source-address', [CompletionResultType]::ParameterName, 'Connect from this address')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]')
            [CompletionResult]::new('--proxy-password-file', '--proxy-password-file', [CompletionResultType]::ParameterName, 'Read the proxy''s password from the first line of FILE (''-'': standard input) [env: MAILXPORT_PROXY_PASSWORD]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities in FILE (PEM) instead of the system''s')
            [CompletionResult]::new('--tls-fingerprint', '--tls-fingerprint', [CompletionResultType]::ParameterName, 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable')
            [CompletionResult]::new('--unix-socket', '--unix-socket', [CompletionResultType]::ParameterName, 'Connect to the unix socket PATH, whatever the host of the URL')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Check the certificate for NAME, and send that, instead of the host''s name')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'Show this certificate (PEM, the chain behind it)')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The key of the client certificate [default: in the same file]')
            [CompletionResult]::new('--tls-min', '--tls-min', [CompletionResultType]::ParameterName, 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]')
            [CompletionResult]::new('-u', '-u', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from the first line of FILE (''-'': standard input)')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as the password')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read a token (Bearer) from the first line of FILE (''-'': standard input) [env: MAILXPORT_TOKEN]')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as a token (Bearer)')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Wait so long for the body to make progress, and for the answer [default: 180 and 600]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Wait so long for a connection, and for its TLS [default: 30]')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'End the whole run after so long')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Repeat TEXT in the JSON')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'Show a progress bar: auto, always or never')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Append what happens to FILE, one JSON object a line')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour on standard error: auto, always or never')
            [CompletionResult]::new('--exit-codes', '--exit-codes', [CompletionResultType]::ParameterName, 'End with ixp statuses, or with those of sysexits.h')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--recipients-from-headers', '--recipients-from-headers', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--chunked', '--chunked', [CompletionResultType]::ParameterName, 'Send a pipe as it comes, without its length')
            [CompletionResult]::new('--envelope', '--envelope', [CompletionResultType]::ParameterName, 'Put the envelope in front of the message, as HTTPMail has it')
            [CompletionResult]::new('--save-in-sent', '--save-in-sent', [CompletionResultType]::ParameterName, 'Ask the server to keep a copy among the sent messages')
            [CompletionResult]::new('--discover', '--discover', [CompletionResultType]::ParameterName, 'URL is the root of a mailbox: ask there for the place for messages first')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Take any certificate, with a warning each time')
            [CompletionResult]::new('--auth-in-clear', '--auth-in-clear', [CompletionResultType]::ParameterName, 'Let a password (Basic) or token cross a connection in clear')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object a message on standard output')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show the phases; twice, the dialogue')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show the phases; twice, the dialogue')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Show the dialogue, as -vv does')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing, but one line about each failure')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing, but one line about each failure')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;compose' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The author: ada@example.org or ''Ada <ada@example.org>''')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The author: ada@example.org or ''Ada <ada@example.org>''')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'A recipient or a comma list; may be repeated')
            [CompletionResult]::new('--cc', '--cc', [CompletionResultType]::ParameterName, 'The same for Cc')
            [CompletionResult]::new('--bcc', '--bcc', [CompletionResultType]::ParameterName, 'The same for Bcc, which send leaves out on the way')
            [CompletionResult]::new('--reply-to', '--reply-to', [CompletionResultType]::ParameterName, 'Where answers go; may be repeated')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'The subject')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Another field, ''Name: value''; may be repeated')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Take the plain text from FILE (''-'': standard input)')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Take an HTML text from FILE (''-'': standard input)')
            [CompletionResult]::new('--attach', '--attach', [CompletionResultType]::ParameterName, 'Attach FILE (''-'': standard input); may be repeated')
            [CompletionResult]::new('--inline', '--inline', [CompletionResultType]::ParameterName, 'Bring FILE along for the HTML to show; may be repeated')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name the attachment before it')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'The media type of the attachment before it')
            [CompletionResult]::new('--cid', '--cid', [CompletionResultType]::ParameterName, 'The id of the inline file before it, for cid:ID')
            [CompletionResult]::new('--in-reply-to', '--in-reply-to', [CompletionResultType]::ParameterName, 'Answer the message in FILE: In-Reply-To, References, Re:')
            [CompletionResult]::new('--date', '--date', [CompletionResultType]::ParameterName, 'The date [default: now, in UTC]')
            [CompletionResult]::new('--message-id', '--message-id', [CompletionResultType]::ParameterName, 'The Message-ID, or ''content'' [default: one that no other message has]')
            [CompletionResult]::new('--exit-codes', '--exit-codes', [CompletionResultType]::ParameterName, 'End with ixp statuses, or with those of sysexits.h')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what failed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what failed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;sendmail' {
            break
        }
        'mailxport;check' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read accounts from FILE; '''' reads none [env: MAILXPORT_CONFIG]')
            [CompletionResult]::new('--helo', '--helo', [CompletionResultType]::ParameterName, 'Greet the server with this name')
            [CompletionResult]::new('--source-address', '--source-address', [CompletionResultType]::ParameterName, 'Connect from this address')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]')
            [CompletionResult]::new('--proxy-password-file', '--proxy-password-file', [CompletionResultType]::ParameterName, 'Read the proxy''s password from the first line of FILE (''-'': standard input) [env: MAILXPORT_PROXY_PASSWORD]')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'Ask for TLS: required, opportunistic or off')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities in FILE (PEM) instead of the system''s')
            [CompletionResult]::new('--tls-fingerprint', '--tls-fingerprint', [CompletionResultType]::ParameterName, 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Check the certificate for NAME, and send that, instead of the host''s name')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'Show this certificate (PEM, the chain behind it)')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The key of the client certificate [default: in the same file]')
            [CompletionResult]::new('--tls-min', '--tls-min', [CompletionResultType]::ParameterName, 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]')
            [CompletionResult]::new('-u', '-u', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from the first line of FILE (''-'': standard input)')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as the password')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read an OAuth token from the first line of FILE (''-'': standard input) [env: MAILXPORT_TOKEN]')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as an OAuth token')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'How to log on [default: auto, the strongest way that is offered]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Wait so long for a reply [default: by stage]')
            [CompletionResult]::new('--dot-timeout', '--dot-timeout', [CompletionResultType]::ParameterName, 'Wait so long for the verdict [default: 600]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Wait so long for a connection [default: 30]')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'End the whole run after so long')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: the user, if it is an address]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: the user, if it is an address]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Ask for a recipient or a comma list; may be repeated')
            [CompletionResult]::new('--to-file', '--to-file', [CompletionResultType]::ParameterName, 'Ask for the recipients in FILE, one a line')
            [CompletionResult]::new('--dsn-notify', '--dsn-notify', [CompletionResultType]::ParameterName, 'Ask for delivery reports: never, or success,failure,delay')
            [CompletionResult]::new('--dsn-return', '--dsn-return', [CompletionResultType]::ParameterName, 'What a report would return of the message: full or headers')
            [CompletionResult]::new('--dsn-envid', '--dsn-envid', [CompletionResultType]::ParameterName, 'An id that reports would repeat')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Repeat TEXT in the JSON')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Append what happens to FILE, one JSON object a line')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour: auto, always or never')
            [CompletionResult]::new('--exit-codes', '--exit-codes', [CompletionResultType]::ParameterName, 'End with ixp statuses, or with those of sysexits.h')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Take any certificate, with a warning each time')
            [CompletionResult]::new('--auth-in-clear', '--auth-in-clear', [CompletionResultType]::ParameterName, 'Let the password or token cross a connection in clear')
            [CompletionResult]::new('--no-chunking', '--no-chunking', [CompletionResultType]::ParameterName, 'Send by DATA even to a server that takes messages in chunks (CHUNKING)')
            [CompletionResult]::new('--partial', '--partial', [CompletionResultType]::ParameterName, 'End as a send with --partial would: 41 or 42 if some recipients are refused')
            [CompletionResult]::new('--require-dsn', '--require-dsn', [CompletionResultType]::ParameterName, 'Fail (94) if the server does not offer reports')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the report as one JSON object')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show the phases on standard error; twice, the dialogue')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show the phases on standard error; twice, the dialogue')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Show the dialogue, as -vv does')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no report, and one line if something would go wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no report, and one line if something would go wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;sink' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'IP:PORT or unix:/PATH [default: a free port of 127.0.0.1]')
            [CompletionResult]::new('--maildir', '--maildir', [CompletionResultType]::ParameterName, 'Keep messages in this Maildir')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'End with status 0 after N messages')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Refuse larger messages; k, M, G are powers of 1024')
            [CompletionResult]::new('--max-recipients', '--max-recipients', [CompletionResultType]::ParameterName, 'Take N recipients a message, and say so; the others get 452')
            [CompletionResult]::new('--without', '--without', [CompletionResultType]::ParameterName, 'Do without an extension, or a comma list of them; may be repeated')
            [CompletionResult]::new('--hostname', '--hostname', [CompletionResultType]::ParameterName, 'The name in the greeting [default: this machine''s]')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Offer TLS with this certificate (PEM, the chain behind it)')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'The key of that certificate (PEM)')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'Let USER log on with the first line of FILE as the password; may be repeated')
            [CompletionResult]::new('--reject', '--reject', [CompletionResultType]::ParameterName, 'Refuse with CODE at a stage; may be repeated')
            [CompletionResult]::new('--drop', '--drop', [CompletionResultType]::ParameterName, 'Hang up at a stage without a word; may be repeated')
            [CompletionResult]::new('--delay', '--delay', [CompletionResultType]::ParameterName, 'Wait at a stage (ms, s or m); may be repeated')
            [CompletionResult]::new('--allow-remote', '--allow-remote', [CompletionResultType]::ParameterName, 'Allow an address that other machines can reach')
            [CompletionResult]::new('--discard', '--discard', [CompletionResultType]::ParameterName, 'Keep nothing, on purpose')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write JSON, one object a line')
            [CompletionResult]::new('--tls-self-signed', '--tls-self-signed', [CompletionResultType]::ParameterName, 'Offer TLS with a certificate made for this run')
            [CompletionResult]::new('--implicit', '--implicit', [CompletionResultType]::ParameterName, 'Begin TLS with the first octet, not by STARTTLS')
            [CompletionResult]::new('--auth-in-clear', '--auth-in-clear', [CompletionResultType]::ParameterName, 'Let passwords cross a connection in clear')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;config' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print every setting, its value, and where it comes from')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Ask three questions and write a first configuration file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mailxport;config;show' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'Print the description of a service instead, built in or of the configuration file')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Go by this account of the configuration file [default: by sender]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read accounts from FILE; '''' reads none [env: MAILXPORT_CONFIG]')
            [CompletionResult]::new('--helo', '--helo', [CompletionResultType]::ParameterName, 'Greet the server with this name')
            [CompletionResult]::new('--source-address', '--source-address', [CompletionResultType]::ParameterName, 'Connect from this address')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]')
            [CompletionResult]::new('--proxy-password-file', '--proxy-password-file', [CompletionResultType]::ParameterName, 'Read the proxy''s password from the first line of FILE (''-'': standard input) [env: MAILXPORT_PROXY_PASSWORD]')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'Ask for TLS: required, opportunistic or off')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the authorities in FILE (PEM) instead of the system''s')
            [CompletionResult]::new('--tls-fingerprint', '--tls-fingerprint', [CompletionResultType]::ParameterName, 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable')
            [CompletionResult]::new('--tls-name', '--tls-name', [CompletionResultType]::ParameterName, 'Check the certificate for NAME, and send that, instead of the host''s name')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'Show this certificate (PEM, the chain behind it)')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'The key of the client certificate [default: in the same file]')
            [CompletionResult]::new('--tls-min', '--tls-min', [CompletionResultType]::ParameterName, 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]')
            [CompletionResult]::new('-u', '-u', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Log on as NAME [env: MAILXPORT_USER]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from the first line of FILE (''-'': standard input)')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as the password')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read an OAuth token from the first line of FILE (''-'': standard input) [env: MAILXPORT_TOKEN]')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Run CMD and take the first line of its output as an OAuth token')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'How to log on [default: auto, the strongest way that is offered]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Wait so long for a reply [default: by stage]')
            [CompletionResult]::new('--dot-timeout', '--dot-timeout', [CompletionResultType]::ParameterName, 'Wait so long for the verdict [default: 600]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Wait so long for a connection [default: 30]')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'End the whole run after so long')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the message]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The sender; '''' is the null sender [default: of the message]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'A recipient or a comma list; may be repeated')
            [CompletionResult]::new('--to-file', '--to-file', [CompletionResultType]::ParameterName, 'Take recipients from FILE, one a line')
            [CompletionResult]::new('--dsn-notify', '--dsn-notify', [CompletionResultType]::ParameterName, 'Ask for delivery reports: never, or success,failure,delay')
            [CompletionResult]::new('--dsn-return', '--dsn-return', [CompletionResultType]::ParameterName, 'What a report returns of the message: full or headers')
            [CompletionResult]::new('--dsn-envid', '--dsn-envid', [CompletionResultType]::ParameterName, 'An id that reports repeat')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Take any certificate, with a warning each time')
            [CompletionResult]::new('--auth-in-clear', '--auth-in-clear', [CompletionResultType]::ParameterName, 'Let the password or token cross a connection in clear')
            [CompletionResult]::new('--no-chunking', '--no-chunking', [CompletionResultType]::ParameterName, 'Send by DATA even to a server that takes messages in chunks (CHUNKING)')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--recipients-from-headers', '--recipients-from-headers', [CompletionResultType]::ParameterName, 'Take recipients from To, Cc and Bcc of the message')
            [CompletionResult]::new('--partial', '--partial', [CompletionResultType]::ParameterName, 'Send to those accepted, even if others are refused')
            [CompletionResult]::new('--require-dsn', '--require-dsn', [CompletionResultType]::ParameterName, 'Send nothing (94) where reports are not offered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;config;init' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Write FILE instead [default: ~/.config/mailxport/config.toml]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;config;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print every setting, its value, and where it comes from')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Ask three questions and write a first configuration file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mailxport;config;help;show' {
            break
        }
        'mailxport;config;help;init' {
            break
        }
        'mailxport;config;help;help' {
            break
        }
        'mailxport;explain' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead: an array, one object a row')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'mailxport;help' {
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Send message files over one SMTP or LMTP session')
            [CompletionResult]::new('send-stream', 'send-stream', [CompletionResultType]::ParameterValue, 'Send standard input, told beforehand to be exactly N octets')
            [CompletionResult]::new('post', 'post', [CompletionResultType]::ParameterValue, 'Post a message, or any stream, to the URL of a resource')
            [CompletionResult]::new('compose', 'compose', [CompletionResultType]::ParameterValue, 'Write a message (text, HTML, attachments) to standard output')
            [CompletionResult]::new('sendmail', 'sendmail', [CompletionResultType]::ParameterValue, 'Take mail as sendmail(8) does, from cron, PHP, mutt and others')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Tell what a server offers and what would go wrong, without sending')
            [CompletionResult]::new('sink', 'sink', [CompletionResultType]::ParameterValue, 'Run a small local mail server that keeps what it is sent')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Begin a configuration file, or show what it and all the rest come to')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Tell what an exit status means and what to do next')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mailxport;help;send' {
            break
        }
        'mailxport;help;send-stream' {
            break
        }
        'mailxport;help;post' {
            break
        }
        'mailxport;help;compose' {
            break
        }
        'mailxport;help;sendmail' {
            break
        }
        'mailxport;help;check' {
            break
        }
        'mailxport;help;sink' {
            break
        }
        'mailxport;help;config' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print every setting, its value, and where it comes from')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Ask three questions and write a first configuration file')
            break
        }
        'mailxport;help;config;show' {
            break
        }
        'mailxport;help;config;init' {
            break
        }
        'mailxport;help;explain' {
            break
        }
        'mailxport;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
