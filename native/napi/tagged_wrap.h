// An object of JavaScript that wraps a T and says so: a method that is called on another object, one of another
// class that wraps something, say, is an error instead of a T made of something else.
#ifndef DUETTO_NAPI_TAGGED_WRAP_H_
#define DUETTO_NAPI_TAGGED_WRAP_H_

#include <napi.h>

namespace duetto {

template <typename T>
class TaggedWrap : public Napi::ObjectWrap<T> {
 public:
  explicit TaggedWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<T>(info) {
    info.This().As<Napi::Object>().TypeTag(&T::kTag);
  }

  // In place of ObjectWrap's, which takes whatever is wrapped for a T.
  static T* Unwrap(Napi::Object object) {
    if (object.IsObject() && object.CheckTypeTag(&T::kTag)) return Napi::ObjectWrap<T>::Unwrap(object);
    const Napi::Env env = object.Env();
    if (!env.IsExceptionPending()) Napi::TypeError::New(env, "Illegal invocation").ThrowAsJavaScriptException();
    return nullptr;
  }
};

}  // namespace duetto

#endif  // DUETTO_NAPI_TAGGED_WRAP_H_
