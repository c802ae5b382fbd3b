"""What the web server loads: `granian --interface wsgi wsgi:app`, its own access log off, since paths carry secrets."""

from verify_service.app import create_app

app = create_app()
