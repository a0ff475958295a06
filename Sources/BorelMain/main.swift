// The `borel` command.

import BorelCommandLine

runCommandLine()
