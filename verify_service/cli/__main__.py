from verify_service.cli import main

main()
