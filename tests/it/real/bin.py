"""httpbin on a port of the loopback; its digests are asked for by POST too."""

import sys

from httpbin import app
from werkzeug.serving import make_server

for rule in [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/digest-auth/")]:
    app.add_url_rule(rule.rule, endpoint=rule.endpoint, defaults=rule.defaults, methods=["POST"])

make_server("127.0.0.1", int(sys.argv[1]), app).serve_forever()
