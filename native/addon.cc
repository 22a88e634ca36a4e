#include "napi/environment.h"

using duetto::Environment;

NODE_API_ADDON(Environment)
