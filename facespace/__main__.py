import sys

from facespace.cli import main

sys.exit(main())
