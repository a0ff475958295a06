// The `borel` command.

import BorelCommandLine
