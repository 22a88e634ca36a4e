/*
 * What the patches of deps/patches are there for, tried on nghttp2 alone: the program is linked with one tree of it, and
 * its argument names a fault. It ends with 0 if nghttp2 stands it; otherwise with a line that says what went wrong, or by
 * the assertion that fails. Functions of a patch are weak, so that a tree without it can be tried as well.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NGHTTP2_STATICLIB
#include <nghttp2/nghttp2.h>

#define WEAK __attribute__((weak))
WEAK void nghttp2_option_set_stream_reset_rate_limit(nghttp2_option *, uint64_t, uint64_t);
WEAK void nghttp2_option_set_max_continuations(nghttp2_option *, size_t);

static const int kTooManyContinuations = -905;

static void check(int good, const char *what) {
  if (good) return;
  printf("%s\n", what);
  exit(1);
}

/* Frames for the session, gathered. */
static struct { uint8_t octets[1 << 20]; size_t length; } input;

static void put(const void *octets, size_t length) {
  memcpy(input.octets + input.length, octets, length);
  input.length += length;
}

static void put_frame(uint8_t type, uint8_t flags, uint32_t stream, const void *payload, size_t length) {
  uint8_t head[9] = {(uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length, type, flags,
                     (uint8_t)(stream >> 24), (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};
  put(head, sizeof head);
  put(payload, length);
}

static const uint8_t kRequest[] = {0x82, 0x86, 0x84, 0x41, 1, 'a'};

static void put_preface(int server) {
  input.length = 0;
  if (server) put(NGHTTP2_CLIENT_MAGIC, NGHTTP2_CLIENT_MAGIC_LEN);
  put_frame(NGHTTP2_SETTINGS, 0, 0, "", 0);
}

static void put_request(uint32_t stream, uint8_t flags) {
  put_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | flags, stream, kRequest, sizeof kRequest);
}

/* A PING of four octets: a connection error, whose handling asserts that the session is then terminated. */
static void put_malformed(void) { put_frame(NGHTTP2_PING, 0, 0, "1234", 4); }

static ssize_t feed(nghttp2_session *session) {
  ssize_t taken = nghttp2_session_mem_recv(session, input.octets, input.length);
  check(taken < 0 || (size_t)taken == input.length, "not all was taken");
  input.length = 0;
  return taken;
}

static ssize_t feed_by_octets(nghttp2_session *session) {
  for (size_t at = 0; at < input.length; at++) {
    ssize_t taken = nghttp2_session_mem_recv(session, input.octets + at, 1);
    if (taken != 1) return taken;
  }
  input.length = 0;
  return 0;
}

/* The error code of the GOAWAY that the session sends, or -1. */
static int64_t goaway_of(nghttp2_session *session) {
  const uint8_t *data;
  ssize_t length;
  int64_t code = -1;
  while ((length = nghttp2_session_mem_send(session, &data)) > 0) {
    for (const uint8_t *at = data; at + 9 <= data + length; at += 9 + ((size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2])) {
      if (at[3] == NGHTTP2_GOAWAY) code = (int64_t)at[13] << 24 | at[14] << 16 | at[15] << 8 | at[16];
    }
  }
  return code;
}

static nghttp2_session *new_session(int server, nghttp2_option *option, nghttp2_session_callbacks *callbacks, void *user) {
  nghttp2_session *session;
  int failed = server ? nghttp2_session_server_new2(&session, callbacks, user, option)
                      : nghttp2_session_client_new2(&session, callbacks, user, option);
  check(!failed, "no session");
  return session;
}

/* CVE-2023-44487 */

/* How many resets a server takes before it says GOAWAY, up to `most`; 0 if it never does. */
static uint32_t resets_taken(nghttp2_option *option, uint32_t most) {
  nghttp2_session_callbacks *callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session *session = new_session(1, option, callbacks, NULL);
  put_preface(1);
  feed(session);
  uint32_t count = 0;
  int64_t code = -1;
  while (code == -1 && count < most) {
    uint32_t stream = 2 * count++ + 1;
    put_request(stream, NGHTTP2_FLAG_END_STREAM);
    put_frame(NGHTTP2_RST_STREAM, 0, stream, "\0\0\0\x08", 4);
    check(feed(session) >= 0, "a reset failed");
    code = goaway_of(session);
  }
  check(code == -1 || code == NGHTTP2_INTERNAL_ERROR, "GOAWAY has another code");
  nghttp2_session_del(session);
  nghttp2_session_callbacks_del(callbacks);
  return code == -1 ? 0 : count;
}

static void rapid_reset(void) {
  /* A second may begin while this runs, and bring 33 more; a slow machine takes some. */
  uint32_t standard = resets_taken(NULL, 3000);
  check(standard > 1000 && standard < 1500, "without an option not about 1000 resets are taken");
  check(nghttp2_option_set_stream_reset_rate_limit != NULL, "there is no option");
  nghttp2_option *option;
  nghttp2_option_new(&option);
  nghttp2_option_set_stream_reset_rate_limit(option, 5, 0);
  check(resets_taken(option, 3000) == 6, "a limit of five is not kept");
  nghttp2_option_set_stream_reset_rate_limit(option, UINT64_MAX, UINT64_MAX);
  check(resets_taken(option, 3000) == 0, "a limit without end ends");
  nghttp2_option_del(option);
}

/* The bucket of our own patch, whose clock can be set here. */
typedef struct { uint64_t capacity, per_second, tokens, filled_at; } nghttp2_reset_limit;
WEAK void nghttp2_reset_limit_init(nghttp2_reset_limit *, uint64_t, uint64_t);
WEAK int nghttp2_reset_limit_take(nghttp2_reset_limit *, uint64_t);

static int taken_at(nghttp2_reset_limit *limit, uint64_t now) {
  int count = 0;
  while (count < 100 && nghttp2_reset_limit_take(limit, now) == 0) count++;
  return count;
}

static void bucket(void) {
  nghttp2_reset_limit limit;
  nghttp2_reset_limit_init(&limit, 3, 2);
  check(taken_at(&limit, 10) == 3, "it is not full at first");
  check(taken_at(&limit, 11) == 2, "a second does not bring two");
  check(taken_at(&limit, 5) == 2, "a clock set back stops it");
  check(taken_at(&limit, 1000) == 3, "time brings more than it holds");
  nghttp2_reset_limit_init(&limit, 3, UINT64_MAX);
  taken_at(&limit, 1);
  check(taken_at(&limit, UINT64_MAX) == 3, "large numbers overflow");
  nghttp2_reset_limit_init(&limit, UINT64_MAX, 1);
  check(taken_at(&limit, UINT64_MAX) == 100, "a large bucket is empty");
}

/* CVE-2024-28182 */

static void put_block(uint32_t stream, size_t continuations) {
  put_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, stream, kRequest, sizeof kRequest);
  for (size_t at = 1; at <= continuations; at++) {
    put_frame(NGHTTP2_CONTINUATION, at == continuations ? NGHTTP2_FLAG_END_HEADERS : 0, stream, "", 0);
  }
}

static ssize_t result_of(nghttp2_option *option, size_t first, size_t second, ssize_t (*how)(nghttp2_session *)) {
  nghttp2_session_callbacks *callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session *session = new_session(1, option, callbacks, NULL);
  put_preface(1);
  put_block(1, first);
  put_block(3, second);
  ssize_t result = how(session);
  nghttp2_session_del(session);
  nghttp2_session_callbacks_del(callbacks);
  return result;
}

static void continuation_flood(void) {
  check(result_of(NULL, 8, 8, feed) >= 0, "eight frames for each of two blocks are refused");
  check(result_of(NULL, 8, 9, feed) == kTooManyContinuations, "nine are taken");
  check(result_of(NULL, 9, 1, feed_by_octets) == kTooManyContinuations, "nine that come octet by octet are taken");
  check(nghttp2_option_set_max_continuations != NULL, "there is no option");
  nghttp2_option *option;
  nghttp2_option_new(&option);
  nghttp2_option_set_max_continuations(option, 2);
  check(result_of(option, 2, 2, feed) >= 0, "two are refused where two are allowed");
  check(result_of(option, 3, 1, feed) == kTooManyContinuations, "three are taken where two are allowed");
  nghttp2_option_del(option);
  check(strcmp(nghttp2_strerror(kTooManyContinuations), "Unknown error code") != 0, "the error has no words");
}

/* CVE-2026-27135 */

typedef enum { kBeginFrame, kBeginHeaders, kHeader, kChunk, kExtensionChunk, kFrame } Place;
typedef struct { Place place; uint8_t type; int terminated; int calls_after; } Ending;

/* Ends the session at the place asked for; counts what is called after that. */
static void reached(nghttp2_session *session, void *user, Place place, uint8_t type) {
  Ending *ending = user;
  if (ending->terminated) ending->calls_after++;
  else if (ending->place == place && ending->type == type) {
    ending->terminated = 1;
    check(nghttp2_session_terminate_session(session, NGHTTP2_NO_ERROR) == 0, "terminate failed");
  }
}

static int on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *hd, void *user) {
  reached(session, user, kBeginFrame, hd->type);
  return 0;
}
static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user) {
  reached(session, user, kBeginHeaders, frame->hd.type);
  return 0;
}
static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
                     const uint8_t *value, size_t value_length, uint8_t flags, void *user) {
  (void)name, (void)name_length, (void)value, (void)value_length, (void)flags;
  Ending *ending = user;
  /* The header fields of one piece may follow those before them. */
  if (!ending->terminated) reached(session, user, kHeader, frame->hd.type);
  return 0;
}
static int on_chunk(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t length, void *user) {
  (void)flags, (void)stream, (void)data, (void)length;
  reached(session, user, kChunk, NGHTTP2_DATA);
  return 0;
}
static int on_extension_chunk(nghttp2_session *session, const nghttp2_frame_hd *hd, const uint8_t *data, size_t length, void *user) {
  (void)data, (void)length;
  reached(session, user, kExtensionChunk, hd->type);
  return 0;
}
static int on_unpack(nghttp2_session *session, void **payload, const nghttp2_frame_hd *hd, void *user) {
  (void)session, (void)payload, (void)hd, (void)user;
  return 0;
}
static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user) {
  reached(session, user, kFrame, frame->hd.type);
  return 0;
}

enum { kExtension = 0x42 };

static void end_at(int server, Place place, uint8_t type, const char *name) {
  Ending ending = {place, type, 0, 0};
  nghttp2_session_callbacks *callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_chunk);
  nghttp2_session_callbacks_set_on_extension_chunk_recv_callback(callbacks, on_extension_chunk);
  nghttp2_session_callbacks_set_unpack_extension_callback(callbacks, on_unpack);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_option *option;
  nghttp2_option_new(&option);
  nghttp2_option_set_user_recv_extension_type(option, kExtension);
  nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_ALTSVC);
  nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_ORIGIN);
  nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_PRIORITY_UPDATE);
  nghttp2_session *session = new_session(server, option, callbacks, &ending);
  if (server) {
    nghttp2_settings_entry no_priorities = {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1};
    check(nghttp2_submit_settings(session, 0, &no_priorities, 1) == 0, "no SETTINGS");
    put_preface(1);
    put_frame(NGHTTP2_PRIORITY_UPDATE, 0, 0, "\0\0\0\x01u=1", 7);
    put_request(1, 0);
    put_frame(NGHTTP2_DATA, 0, 1, "body", 4);
    put_frame(kExtension, 0, 0, "more", 4);
    put_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, "\0\0\0\x01", 4);
    put_block(3, 1);
  } else {
    put_preface(0);
    put_frame(NGHTTP2_ALTSVC, 0, 0, "\0\x01" "ah2", 5);
    put_frame(NGHTTP2_ORIGIN, 0, 0, "\0\x01" "a", 3);
  }
  put_malformed();
  check(feed(session) >= 0, name);
  check(ending.terminated, name);
  printf("%s: %d\n", name, ending.calls_after);
  check(ending.calls_after == 0, "callbacks are called after the end");
  put_malformed();
  check(feed(session) >= 0, name);
  check(goaway_of(session) == NGHTTP2_NO_ERROR, "GOAWAY has another code");
  nghttp2_session_del(session);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_option_del(option);
}

static void terminated_session(void) {
  end_at(1, kBeginFrame, NGHTTP2_SETTINGS, "when SETTINGS begins");
  end_at(1, kBeginFrame, NGHTTP2_HEADERS, "when HEADERS begins");
  end_at(1, kBeginHeaders, NGHTTP2_HEADERS, "when header fields begin");
  end_at(1, kHeader, NGHTTP2_HEADERS, "at a header field");
  end_at(1, kFrame, NGHTTP2_HEADERS, "after HEADERS");
  end_at(1, kBeginFrame, NGHTTP2_CONTINUATION, "when CONTINUATION begins");
  end_at(1, kBeginFrame, NGHTTP2_DATA, "when DATA begins");
  end_at(1, kChunk, NGHTTP2_DATA, "at a piece of DATA");
  end_at(1, kFrame, NGHTTP2_DATA, "after DATA");
  end_at(1, kFrame, NGHTTP2_PRIORITY_UPDATE, "after PRIORITY_UPDATE");
  end_at(1, kBeginFrame, kExtension, "when a frame of our own begins");
  end_at(1, kExtensionChunk, kExtension, "at a piece of a frame of our own");
  end_at(1, kFrame, kExtension, "after a frame of our own");
  end_at(1, kBeginFrame, NGHTTP2_WINDOW_UPDATE, "when WINDOW_UPDATE begins");
  end_at(0, kFrame, NGHTTP2_ALTSVC, "after ALTSVC");
  end_at(0, kFrame, NGHTTP2_ORIGIN, "after ORIGIN");
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  const char *fault = argc > 1 ? argv[1] : "";
  if (!strcmp(fault, "CVE-2023-44487")) rapid_reset();
  else if (!strcmp(fault, "CVE-2024-28182")) continuation_flood();
  else if (!strcmp(fault, "CVE-2026-27135")) terminated_session();
  else if (!strcmp(fault, "bucket")) bucket();
  else return 2;
  return 0;
}
