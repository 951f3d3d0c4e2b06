import sys

if sys.argv[1:2] == ["doctor"]:  # also where the packages that the others need are missing
    from facespace.cli import doctor

    sys.exit(doctor.main())

from facespace.cli.main import main

sys.exit(main())
