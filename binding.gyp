{
  # nghttp2: the description of the tree to build with. sanitize: "" or what -fsanitize= takes.
  "variables": {
    "variables": {
      "nghttp2%": "deps/nghttp2/active.json",
      "sanitize%": "",
    },
    "nghttp2%": "<(nghttp2)",
    "sanitize%": "<(sanitize)",
    # "yes" where link-time optimisation is known to work: gcc. With clang, ar needs plugins that are often not set up.
    "lto%": "<!(node deps/gyp.mjs lto)",
    # The same C++ for every Node's headers, whatever their common.gypi asks for.
    "cxx_standard": "gnu++20",
  },

  "target_defaults": {
    "defines": ["NGHTTP2_STATICLIB"],
    "conditions": [
      ["OS!='win'", {
        "cflags": ["-fPIC", "-fvisibility=hidden", "-fstack-protector-strong"],
        "xcode_settings": { "GCC_SYMBOLS_PRIVATE_EXTERN": "YES" },
      }],
      ["sanitize!=''", {
        "cflags": ["-fsanitize=<(sanitize)", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer", "-g", "-O1"],
        "ldflags": ["-fsanitize=<(sanitize)"],
        "cflags!": ["-O3"],
      }],
      ["OS!='win' and sanitize=='' and lto=='yes'", {
        # Fat objects, so that an ar without the plugin still makes a usable archive.
        "cflags": ["-flto=auto", "-ffat-lto-objects"],
        "ldflags": ["-flto=auto", "-O3"],
      }],
      ["OS!='win' and sanitize==''", {
        "cflags": ["-O3", "-ffunction-sections", "-fdata-sections", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"],
      }],
      ["OS=='win'", {
        "defines": ["WIN32_LEAN_AND_MEAN", "NOMINMAX"],
        "msvs_settings": {
          "VCCLCompilerTool": { "AdditionalOptions": ["/guard:cf"] },
          "VCLinkerTool": { "AdditionalOptions": ["/guard:cf"] },
        },
      }],
    ],
  },

  "targets": [
    {
      "target_name": "nghttp2",
      "type": "static_library",
      "sources": ["<!@(node deps/gyp.mjs sources <(nghttp2))"],
      "include_dirs": ["<!(node deps/gyp.mjs config <(nghttp2))", "<!(node deps/gyp.mjs include <(nghttp2))"],
      "defines": ["HAVE_CONFIG_H", "BUILDING_NGHTTP2"],
      "direct_dependent_settings": {
        "include_dirs": ["<!(node deps/gyp.mjs include <(nghttp2))"],
      },
      "conditions": [
        ["OS!='win'", {
          # Its own business, and no reason to make our build noisy.
          "cflags": ["-Wno-unused-parameter", "-Wno-sign-compare"],
        }, {
          # nghttp2.h uses ssize_t, which Microsoft's compiler does not have (native/core/ng.h sees to it for the addon).
          "defines": ["ssize_t=intptr_t"],
          "msvs_settings": { "VCCLCompilerTool": { "WarningLevel": 1 } },
        }],
      ],
    },
    {
      "target_name": "duetto",
      "type": "loadable_module",
      "sources": ["<!@(node deps/gyp.mjs native)"],
      "dependencies": ["nghttp2"],
      "include_dirs": [
        "native",
        "<!(node -p \"require('node-addon-api').include_dir\")",
      ],
      "defines": [
        "NAPI_VERSION=8",
        "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
        # A worker that is being terminated takes no exceptions; that must not abort the process.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "DUETTO_NGHTTP2_PATCHES=\"<!(node deps/gyp.mjs patches <(nghttp2))\"",
      ],
      "cflags": ["-Wall", "-Wextra"],
      "cflags_cc": ["-std=<(cxx_standard)", "-fno-exceptions", "-fno-rtti", "-fvisibility-inlines-hidden"],
      "conditions": [
        # The node binary exports nghttp2 of its own. -Bsymbolic binds ours to ours; the rest keeps it in.
        ["OS in 'linux freebsd openbsd android'", {
          "ldflags": [
            "-Wl,-Bsymbolic",
            "<!@(node deps/gyp.mjs exclude-libs)",
            "-Wl,--version-script=<(module_root_dir)/native/exports.map",
            "-Wl,-z,relro",
            "-Wl,-z,now",
          ],
        }],
        ["OS in 'linux freebsd openbsd android' and sanitize==''", {
          "ldflags": ["-Wl,--gc-sections"],
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "<(cxx_standard)",
            "CLANG_CXX_LIBRARY": "libc++",
            "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
            "GCC_ENABLE_CPP_RTTI": "NO",
            "GCC_INLINES_ARE_PRIVATE_EXTERN": "YES",
            "MACOSX_DEPLOYMENT_TARGET": "11.0",
            "OTHER_LDFLAGS": ["-Wl,-dead_strip"],
          },
        }],
        ["OS=='win'", {
          "msvs_settings": {
            "VCCLCompilerTool": {
              "ExceptionHandling": 0,
              "RuntimeTypeInfo": "false",
              "AdditionalOptions": ["/std:c++20"],
            },
          },
        }],
      ],
    },
  ],
}
