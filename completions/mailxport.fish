# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mailxport_global_optspecs
    string join \n h/help V/version
end

function __fish_mailxport_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mailxport_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_mailxport_using_subcommand
    set -l cmd (__fish_mailxport_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mailxport -n "__fish_mailxport_needs_command" -s h -l help -d 'Print help'
complete -c mailxport -n "__fish_mailxport_needs_command" -s V -l version -d 'Print version'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "send" -d 'Send message files over one SMTP or LMTP session'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "send-stream" -d 'Send standard input, told beforehand to be exactly N octets'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "post" -d 'Post a message, or any stream, to the URL of a resource'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "compose" -d 'Write a message (text, HTML, attachments) to standard output'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "sendmail" -d 'Take mail as sendmail(8) does, from cron, PHP, mutt and others'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "check" -d 'Tell what a server offers and what would go wrong, without sending'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "sink" -d 'Run a small local mail server that keeps what it is sent'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "config" -d 'Begin a configuration file, or show what it and all the rest come to'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "explain" -d 'Tell what an exit status means and what to do next'
complete -c mailxport -n "__fish_mailxport_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l files-from -d 'Send the files that FILE lists too, one path a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l jobs -d 'Send over so many sessions side by side' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l unsent -d 'Write the paths that are still to be sent to FILE' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l message-id -d 'How a missing Message-ID is made: random or content' -r -f -a "random\t''
content\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l server -d 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s a -l account -d 'Go by this account of the configuration file [default: by sender]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l config -d 'Read accounts from FILE; \'\' reads none [env: MAILXPORT_CONFIG]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l helo -d 'Greet the server with this name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l source-address -d 'Connect from this address' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l proxy -d 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l proxy-password-file -d 'Read the proxy\'s password from the first line of FILE (\'-\': standard input) [env: MAILXPORT_PROXY_PASSWORD]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l tls -d 'Ask for TLS: required, opportunistic or off' -r -f -a "required\t''
opportunistic\t''
off\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l ca-file -d 'Trust the authorities in FILE (PEM) instead of the system\'s' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l tls-fingerprint -d 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l tls-name -d 'Check the certificate for NAME, and send that, instead of the host\'s name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l client-cert -d 'Show this certificate (PEM, the chain behind it)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l client-key -d 'The key of the client certificate [default: in the same file]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l tls-min -d 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]' -r -f -a "1.2\t''
1.3\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s u -l user -d 'Log on as NAME [env: MAILXPORT_USER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l password-file -d 'Read the password from the first line of FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l password-command -d 'Run CMD and take the first line of its output as the password' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l token-file -d 'Read an OAuth token from the first line of FILE (\'-\': standard input) [env: MAILXPORT_TOKEN]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l token-command -d 'Run CMD and take the first line of its output as an OAuth token' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l auth -d 'How to log on [default: auto, the strongest way that is offered]' -r -f -a "auto\t''
none\t''
plain\t''
login\t''
cram-md5\t''
scram-sha-1\t''
scram-sha-256\t''
xoauth2\t''
oauthbearer\t''
external\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l timeout -d 'Wait so long for a reply [default: by stage]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l dot-timeout -d 'Wait so long for the verdict [default: 600]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l connect-timeout -d 'Wait so long for a connection [default: 30]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l deadline -d 'End the whole run after so long' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l max-recipients -d 'Name so many recipients at most in one transaction' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s f -l from -d 'The sender; \'\' is the null sender [default: of the message]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l to -d 'A recipient or a comma list; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l to-file -d 'Take recipients from FILE, one a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l dsn-notify -d 'Ask for delivery reports: never, or success,failure,delay' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l dsn-return -d 'What a report returns of the message: full or headers' -r -f -a "full\t''
headers\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l dsn-envid -d 'An id that reports repeat' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l max-size -d 'Refuse what is larger (109); k, M, G are powers of 1024' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l retry -d 'Try what is put off so many times more' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l retry-delay -d 'Wait so long before the next try [default: 20]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l context -d 'Repeat TEXT in the JSON' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l progress -d 'Show a progress bar: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l log -d 'Append what happens to FILE, one JSON object a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l color -d 'Colour on standard error: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l exit-codes -d 'End with ixp statuses, or with those of sysexits.h' -r -f -a "ixp\t''
sysexits\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l dry-run -d 'Show what would be sent, without any network'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s 4 -d 'Use IPv4 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s 6 -d 'Use IPv6 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l insecure -d 'Take any certificate, with a warning each time'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l auth-in-clear -d 'Let the password or token cross a connection in clear'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l no-chunking -d 'Send by DATA even to a server that takes messages in chunks (CHUNKING)'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s t -l recipients-from-headers -d 'Take recipients from To, Cc and Bcc of the message'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l partial -d 'Send to those accepted, even if others are refused'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l require-dsn -d 'Send nothing (94) where reports are not offered'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l keep-bcc -d 'Leave Bcc fields in'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l as-is -d 'Add nothing, leave nothing out, need no header'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l json -d 'Print one JSON object a message on standard output'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s v -l verbose -d 'Show the phases; twice, the dialogue'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -l trace -d 'Show the dialogue, as -vv does'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s q -l quiet -d 'Say nothing, but one line about each failure'
complete -c mailxport -n "__fish_mailxport_using_subcommand send" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l size -d 'The octets of the stream; k, M, G are powers of 1024 [default: the length, if it is a file]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l sha256 -d 'End the message only if the stream has this SHA-256, in hexadecimal' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l server -d 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s a -l account -d 'Go by this account of the configuration file [default: by sender]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l config -d 'Read accounts from FILE; \'\' reads none [env: MAILXPORT_CONFIG]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l helo -d 'Greet the server with this name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l source-address -d 'Connect from this address' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l proxy -d 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l proxy-password-file -d 'Read the proxy\'s password from the first line of FILE (\'-\': standard input) [env: MAILXPORT_PROXY_PASSWORD]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l tls -d 'Ask for TLS: required, opportunistic or off' -r -f -a "required\t''
opportunistic\t''
off\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l ca-file -d 'Trust the authorities in FILE (PEM) instead of the system\'s' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l tls-fingerprint -d 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l tls-name -d 'Check the certificate for NAME, and send that, instead of the host\'s name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l client-cert -d 'Show this certificate (PEM, the chain behind it)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l client-key -d 'The key of the client certificate [default: in the same file]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l tls-min -d 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]' -r -f -a "1.2\t''
1.3\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s u -l user -d 'Log on as NAME [env: MAILXPORT_USER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l password-file -d 'Read the password from the first line of FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l password-command -d 'Run CMD and take the first line of its output as the password' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l token-file -d 'Read an OAuth token from the first line of FILE (\'-\': standard input) [env: MAILXPORT_TOKEN]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l token-command -d 'Run CMD and take the first line of its output as an OAuth token' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l auth -d 'How to log on [default: auto, the strongest way that is offered]' -r -f -a "auto\t''
none\t''
plain\t''
login\t''
cram-md5\t''
scram-sha-1\t''
scram-sha-256\t''
xoauth2\t''
oauthbearer\t''
external\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l timeout -d 'Wait so long for a reply [default: by stage]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l dot-timeout -d 'Wait so long for the verdict [default: 600]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l connect-timeout -d 'Wait so long for a connection [default: 30]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l deadline -d 'End the whole run after so long' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s f -l from -d 'The sender; \'\' is the null sender [default: of the message]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l to -d 'A recipient or a comma list; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l to-file -d 'Take recipients from FILE, one a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l dsn-notify -d 'Ask for delivery reports: never, or success,failure,delay' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l dsn-return -d 'What a report returns of the message: full or headers' -r -f -a "full\t''
headers\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l dsn-envid -d 'An id that reports repeat' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l max-size -d 'Refuse what is larger (109); k, M, G are powers of 1024' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l retry -d 'Try what is put off so many times more' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l retry-delay -d 'Wait so long before the next try [default: 20]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l context -d 'Repeat TEXT in the JSON' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l progress -d 'Show a progress bar: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l log -d 'Append what happens to FILE, one JSON object a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l color -d 'Colour on standard error: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l exit-codes -d 'End with ixp statuses, or with those of sysexits.h' -r -f -a "ixp\t''
sysexits\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s 4 -d 'Use IPv4 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s 6 -d 'Use IPv6 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l insecure -d 'Take any certificate, with a warning each time'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l auth-in-clear -d 'Let the password or token cross a connection in clear'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l no-chunking -d 'Send by DATA even to a server that takes messages in chunks (CHUNKING)'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s t -l recipients-from-headers -d 'Take recipients from To, Cc and Bcc of the message'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l partial -d 'Send to those accepted, even if others are refused'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l require-dsn -d 'Send nothing (94) where reports are not offered'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l keep-bcc -d 'Leave Bcc fields in'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l as-is -d 'Add nothing, leave nothing out, need no header'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l json -d 'Print one JSON object a message on standard output'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s v -l verbose -d 'Show the phases; twice, the dialogue'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -l trace -d 'Show the dialogue, as -vv does'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s q -l quiet -d 'Say nothing, but one line about each failure'
complete -c mailxport -n "__fish_mailxport_using_subcommand send-stream" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l url-file -d 'Read the URL from the first line of FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l via -d 'Post in the form of a service: gmail, graph, mailgun, jmap or one of your own' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l content-type -d 'The type of what is posted [default: message/rfc822]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l method -d 'Ask by POST or by PUT [default: POST]' -r -f -a "POST\t''
PUT\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l header -d 'Add a field to the request; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l size -d 'The body has exactly N octets; k, M, G are powers of 1024' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l retry -d 'Try N more times what is not sent for now [default: 0]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l retry-delay -d 'Wait so long before the next try [default: 20]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l idempotency-key -d 'Send Idempotency-Key: KEY, or one made of URL and body (auto)' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l output -d 'Write the body of the answer to FILE (\'-\': standard output)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s f -l from -d 'The sender; \'\' is the null sender [default: of the account]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l to -d 'A recipient or a comma list; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l to-file -d 'Take recipients from FILE, one a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s a -l account -d 'Go by this account of the configuration file [default: the file\'s own]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l config -d 'Read accounts from FILE; \'\' reads none [env: MAILXPORT_CONFIG]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l source-address -d 'Connect from this address' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l proxy -d 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l proxy-password-file -d 'Read the proxy\'s password from the first line of FILE (\'-\': standard input) [env: MAILXPORT_PROXY_PASSWORD]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l ca-file -d 'Trust the authorities in FILE (PEM) instead of the system\'s' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l tls-fingerprint -d 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l unix-socket -d 'Connect to the unix socket PATH, whatever the host of the URL' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l tls-name -d 'Check the certificate for NAME, and send that, instead of the host\'s name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l client-cert -d 'Show this certificate (PEM, the chain behind it)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l client-key -d 'The key of the client certificate [default: in the same file]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l tls-min -d 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]' -r -f -a "1.2\t''
1.3\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s u -l user -d 'Log on as NAME [env: MAILXPORT_USER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l password-file -d 'Read the password from the first line of FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l password-command -d 'Run CMD and take the first line of its output as the password' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l token-file -d 'Read a token (Bearer) from the first line of FILE (\'-\': standard input) [env: MAILXPORT_TOKEN]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l token-command -d 'Run CMD and take the first line of its output as a token (Bearer)' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l timeout -d 'Wait so long for the body to make progress, and for the answer [default: 180 and 600]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l connect-timeout -d 'Wait so long for a connection, and for its TLS [default: 30]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l deadline -d 'End the whole run after so long' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l context -d 'Repeat TEXT in the JSON' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l progress -d 'Show a progress bar: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l log -d 'Append what happens to FILE, one JSON object a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l color -d 'Colour on standard error: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l exit-codes -d 'End with ixp statuses, or with those of sysexits.h' -r -f -a "ixp\t''
sysexits\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s t -l recipients-from-headers -d 'Take recipients from To, Cc and Bcc of the message'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l chunked -d 'Send a pipe as it comes, without its length'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l envelope -d 'Put the envelope in front of the message, as HTTPMail has it'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l save-in-sent -d 'Ask the server to keep a copy among the sent messages'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l discover -d 'URL is the root of a mailbox: ask there for the place for messages first'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s 4 -d 'Use IPv4 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s 6 -d 'Use IPv6 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l insecure -d 'Take any certificate, with a warning each time'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l auth-in-clear -d 'Let a password (Basic) or token cross a connection in clear'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l json -d 'Print one JSON object a message on standard output'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s v -l verbose -d 'Show the phases; twice, the dialogue'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -l trace -d 'Show the dialogue, as -vv does'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s q -l quiet -d 'Say nothing, but one line about each failure'
complete -c mailxport -n "__fish_mailxport_using_subcommand post" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -s f -l from -d 'The author: ada@example.org or \'Ada <ada@example.org>\'' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l to -d 'A recipient or a comma list; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l cc -d 'The same for Cc' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l bcc -d 'The same for Bcc, which send leaves out on the way' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l reply-to -d 'Where answers go; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l subject -d 'The subject' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l header -d 'Another field, \'Name: value\'; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l text -d 'Take the plain text from FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l html -d 'Take an HTML text from FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l attach -d 'Attach FILE (\'-\': standard input); may be repeated' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l inline -d 'Bring FILE along for the HTML to show; may be repeated' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l name -d 'Name the attachment before it' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l type -d 'The media type of the attachment before it' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l cid -d 'The id of the inline file before it, for cid:ID' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l in-reply-to -d 'Answer the message in FILE: In-Reply-To, References, Re:' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l date -d 'The date [default: now, in UTC]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l message-id -d 'The Message-ID, or \'content\' [default: one that no other message has]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -l exit-codes -d 'End with ixp statuses, or with those of sysexits.h' -r -f -a "ixp\t''
sysexits\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -s q -l quiet -d 'Say nothing but what failed'
complete -c mailxport -n "__fish_mailxport_using_subcommand compose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l server -d 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s a -l account -d 'Go by this account of the configuration file [default: by sender]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l config -d 'Read accounts from FILE; \'\' reads none [env: MAILXPORT_CONFIG]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l helo -d 'Greet the server with this name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l source-address -d 'Connect from this address' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l proxy -d 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l proxy-password-file -d 'Read the proxy\'s password from the first line of FILE (\'-\': standard input) [env: MAILXPORT_PROXY_PASSWORD]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l tls -d 'Ask for TLS: required, opportunistic or off' -r -f -a "required\t''
opportunistic\t''
off\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l ca-file -d 'Trust the authorities in FILE (PEM) instead of the system\'s' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l tls-fingerprint -d 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l tls-name -d 'Check the certificate for NAME, and send that, instead of the host\'s name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l client-cert -d 'Show this certificate (PEM, the chain behind it)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l client-key -d 'The key of the client certificate [default: in the same file]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l tls-min -d 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]' -r -f -a "1.2\t''
1.3\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s u -l user -d 'Log on as NAME [env: MAILXPORT_USER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l password-file -d 'Read the password from the first line of FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l password-command -d 'Run CMD and take the first line of its output as the password' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l token-file -d 'Read an OAuth token from the first line of FILE (\'-\': standard input) [env: MAILXPORT_TOKEN]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l token-command -d 'Run CMD and take the first line of its output as an OAuth token' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l auth -d 'How to log on [default: auto, the strongest way that is offered]' -r -f -a "auto\t''
none\t''
plain\t''
login\t''
cram-md5\t''
scram-sha-1\t''
scram-sha-256\t''
xoauth2\t''
oauthbearer\t''
external\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l timeout -d 'Wait so long for a reply [default: by stage]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l dot-timeout -d 'Wait so long for the verdict [default: 600]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l connect-timeout -d 'Wait so long for a connection [default: 30]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l deadline -d 'End the whole run after so long' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s f -l from -d 'The sender; \'\' is the null sender [default: the user, if it is an address]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l to -d 'Ask for a recipient or a comma list; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l to-file -d 'Ask for the recipients in FILE, one a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l dsn-notify -d 'Ask for delivery reports: never, or success,failure,delay' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l dsn-return -d 'What a report would return of the message: full or headers' -r -f -a "full\t''
headers\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l dsn-envid -d 'An id that reports would repeat' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l context -d 'Repeat TEXT in the JSON' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l log -d 'Append what happens to FILE, one JSON object a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l color -d 'Colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l exit-codes -d 'End with ixp statuses, or with those of sysexits.h' -r -f -a "ixp\t''
sysexits\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s 4 -d 'Use IPv4 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s 6 -d 'Use IPv6 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l insecure -d 'Take any certificate, with a warning each time'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l auth-in-clear -d 'Let the password or token cross a connection in clear'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l no-chunking -d 'Send by DATA even to a server that takes messages in chunks (CHUNKING)'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l partial -d 'End as a send with --partial would: 41 or 42 if some recipients are refused'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l require-dsn -d 'Fail (94) if the server does not offer reports'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l json -d 'Print the report as one JSON object'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s v -l verbose -d 'Show the phases on standard error; twice, the dialogue'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -l trace -d 'Show the dialogue, as -vv does'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s q -l quiet -d 'Print no report, and one line if something would go wrong'
complete -c mailxport -n "__fish_mailxport_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l listen -d 'IP:PORT or unix:/PATH [default: a free port of 127.0.0.1]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l maildir -d 'Keep messages in this Maildir' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l count -d 'End with status 0 after N messages' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l max-size -d 'Refuse larger messages; k, M, G are powers of 1024' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l max-recipients -d 'Take N recipients a message, and say so; the others get 452' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l without -d 'Do without an extension, or a comma list of them; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l hostname -d 'The name in the greeting [default: this machine\'s]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l tls-cert -d 'Offer TLS with this certificate (PEM, the chain behind it)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l tls-key -d 'The key of that certificate (PEM)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l auth -d 'Let USER log on with the first line of FILE as the password; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l reject -d 'Refuse with CODE at a stage; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l drop -d 'Hang up at a stage without a word; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l delay -d 'Wait at a stage (ms, s or m); may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l allow-remote -d 'Allow an address that other machines can reach'
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l discard -d 'Keep nothing, on purpose'
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l json -d 'Write JSON, one object a line'
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l tls-self-signed -d 'Offer TLS with a certificate made for this run'
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l implicit -d 'Begin TLS with the first octet, not by STARTTLS'
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -l auth-in-clear -d 'Let passwords cross a connection in clear'
complete -c mailxport -n "__fish_mailxport_using_subcommand sink" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and not __fish_seen_subcommand_from show init help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and not __fish_seen_subcommand_from show init help" -f -a "show" -d 'Print every setting, its value, and where it comes from'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and not __fish_seen_subcommand_from show init help" -f -a "init" -d 'Ask three questions and write a first configuration file'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and not __fish_seen_subcommand_from show init help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l via -d 'Print the description of a service instead, built in or of the configuration file' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l server -d 'HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -s a -l account -d 'Go by this account of the configuration file [default: by sender]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read accounts from FILE; \'\' reads none [env: MAILXPORT_CONFIG]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l helo -d 'Greet the server with this name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l source-address -d 'Connect from this address' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l proxy -d 'Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l proxy-password-file -d 'Read the proxy\'s password from the first line of FILE (\'-\': standard input) [env: MAILXPORT_PROXY_PASSWORD]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l tls -d 'Ask for TLS: required, opportunistic or off' -r -f -a "required\t''
opportunistic\t''
off\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l ca-file -d 'Trust the authorities in FILE (PEM) instead of the system\'s' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l tls-fingerprint -d 'Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l tls-name -d 'Check the certificate for NAME, and send that, instead of the host\'s name' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l client-cert -d 'Show this certificate (PEM, the chain behind it)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l client-key -d 'The key of the client certificate [default: in the same file]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l tls-min -d 'The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]' -r -f -a "1.2\t''
1.3\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -s u -l user -d 'Log on as NAME [env: MAILXPORT_USER]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l password-file -d 'Read the password from the first line of FILE (\'-\': standard input)' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l password-command -d 'Run CMD and take the first line of its output as the password' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l token-file -d 'Read an OAuth token from the first line of FILE (\'-\': standard input) [env: MAILXPORT_TOKEN]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l token-command -d 'Run CMD and take the first line of its output as an OAuth token' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l auth -d 'How to log on [default: auto, the strongest way that is offered]' -r -f -a "auto\t''
none\t''
plain\t''
login\t''
cram-md5\t''
scram-sha-1\t''
scram-sha-256\t''
xoauth2\t''
oauthbearer\t''
external\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Wait so long for a reply [default: by stage]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l dot-timeout -d 'Wait so long for the verdict [default: 600]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Wait so long for a connection [default: 30]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l deadline -d 'End the whole run after so long' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -s f -l from -d 'The sender; \'\' is the null sender [default: of the message]' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l to -d 'A recipient or a comma list; may be repeated' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l to-file -d 'Take recipients from FILE, one a line' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l dsn-notify -d 'Ask for delivery reports: never, or success,failure,delay' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l dsn-return -d 'What a report returns of the message: full or headers' -r -f -a "full\t''
headers\t''"
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l dsn-envid -d 'An id that reports repeat' -r
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -s 4 -d 'Use IPv4 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -s 6 -d 'Use IPv6 only'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l insecure -d 'Take any certificate, with a warning each time'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l auth-in-clear -d 'Let the password or token cross a connection in clear'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l no-chunking -d 'Send by DATA even to a server that takes messages in chunks (CHUNKING)'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -s t -l recipients-from-headers -d 'Take recipients from To, Cc and Bcc of the message'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l partial -d 'Send to those accepted, even if others are refused'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -l require-dsn -d 'Send nothing (94) where reports are not offered'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from init" -l config -d 'Write FILE instead [default: ~/.config/mailxport/config.toml]' -r -F
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print every setting, its value, and where it comes from'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "init" -d 'Ask three questions and write a first configuration file'
complete -c mailxport -n "__fish_mailxport_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mailxport -n "__fish_mailxport_using_subcommand explain" -l json -d 'Print JSON instead: an array, one object a row'
complete -c mailxport -n "__fish_mailxport_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "send" -d 'Send message files over one SMTP or LMTP session'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "send-stream" -d 'Send standard input, told beforehand to be exactly N octets'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "post" -d 'Post a message, or any stream, to the URL of a resource'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "compose" -d 'Write a message (text, HTML, attachments) to standard output'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "sendmail" -d 'Take mail as sendmail(8) does, from cron, PHP, mutt and others'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "check" -d 'Tell what a server offers and what would go wrong, without sending'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "sink" -d 'Run a small local mail server that keeps what it is sent'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "config" -d 'Begin a configuration file, or show what it and all the rest come to'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "explain" -d 'Tell what an exit status means and what to do next'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and not __fish_seen_subcommand_from send send-stream post compose sendmail check sink config explain help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Print every setting, its value, and where it comes from'
complete -c mailxport -n "__fish_mailxport_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "init" -d 'Ask three questions and write a first configuration file'
