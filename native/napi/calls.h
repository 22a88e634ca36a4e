// The calls that every request makes, as plain functions that are given a
// session's number: finding the native half of an object, as methods must,
// costs about as much as a small call does.
#ifndef DUETTO_NAPI_CALLS_H_
#define DUETTO_NAPI_CALLS_H_

#include <napi.h>

#include "environment.h"

namespace duetto {

// `heart` has to live as long as the environment calls.
void define_calls(Napi::Env env, Napi::Object exports, Heart* heart);

}  // namespace duetto

#endif  // DUETTO_NAPI_CALLS_H_
