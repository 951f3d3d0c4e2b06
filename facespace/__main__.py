import sys

from facespace.cli.main import main

sys.exit(main())
