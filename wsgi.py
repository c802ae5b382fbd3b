"""What the web server loads: `granian --interface wsgi wsgi:app`, its own access log off, since paths carry secrets."""

from verify_service.ground.loading import loading

with loading():
    from verify_service.app import create_app
    from verify_service.demo.children import die_with_parent
    from verify_service.ground import in_force
    from verify_service.ground.settings import settings

    if settings().demo:
        die_with_parent()  # the demo's web server may be killed; its workers must not hold the port

    app = create_app()
    in_force.keep_looking()
