import sys

if sys.argv[1:2] == ["doctor"]:  # also where the packages that the others need are missing
    from facespace import doctor

    sys.exit(doctor.main())

from facespace.cli import main

sys.exit(main())
