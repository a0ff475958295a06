#include "CBorel.h"
