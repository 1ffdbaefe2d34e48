#include "util.h"
#include <math.h>
void helper(void) {}
