"""`python -m entrain`."""

import sys

from entrain.cli import main

sys.exit(main())
