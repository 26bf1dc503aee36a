"""`python -m citeback`: the command line."""

import sys

from citeback.serve.command_line import main

sys.exit(main())
