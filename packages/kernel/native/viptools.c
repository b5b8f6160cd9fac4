/*
 * The system calls that the npm packages do not reach, one function each, and nothing else: no protocol, no policy.
 *
 * Every function returns what the call returned, or minus errno; the callers in ../src turn that into errors with a
 * code. Node-API only, so one binary serves all versions of Node.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <node_api.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define MAX_ARGS 4
#define MAX_BATCH 64
/* Numbers that receive() writes about each message; ../src/native.ts names them. */
#define META_FIELDS 8

typedef struct {
  uint8_t *data;
  size_t length;
} bytes_t;

static int get_args(napi_env env, napi_callback_info info, size_t wanted, napi_value *args) {
  size_t count = MAX_ARGS + 2;
  napi_value all[MAX_ARGS + 2];
  if (napi_get_cb_info(env, info, &count, all, NULL, NULL) != napi_ok || count < wanted) return 0;
  memcpy(args, all, wanted * sizeof(napi_value));
  return 1;
}

static int get_long(napi_env env, napi_value value, int64_t *out) {
  return napi_get_value_int64(env, value, out) == napi_ok;
}

/* One that an int cannot hold would be cut to another one, a descriptor perhaps. */
static int get_int(napi_env env, napi_value value, int *out) {
  int64_t whole;
  if (!get_long(env, value, &whole) || whole < INT_MIN || whole > INT_MAX) return 0;
  *out = (int)whole;
  return 1;
}

/* Any typed array as its octets; undefined and null as none. */
static int get_bytes(napi_env env, napi_value value, bytes_t *out) {
  napi_valuetype type;
  out->data = NULL;
  out->length = 0;
  if (napi_typeof(env, value, &type) != napi_ok) return 0;
  if (type == napi_undefined || type == napi_null) return 1;
  napi_typedarray_type element;
  size_t length, offset;
  void *data;
  napi_value buffer;
  if (napi_get_typedarray_info(env, value, &element, &length, &data, &buffer, &offset) != napi_ok) return 0;
  out->data = data;
  out->length = element == napi_float64_array ? length * 8 : length;
  return element == napi_uint8_array || element == napi_float64_array;
}

static napi_value number(napi_env env, int64_t value) {
  napi_value result;
  napi_create_int64(env, value, &result);
  return result;
}

static napi_value outcome(napi_env env, int64_t result) { return number(env, result < 0 ? -errno : result); }

static napi_value refuse(napi_env env) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "native call got arguments of another type or number");
  return NULL;
}

#define ARGS(n)                                       \
  napi_value argv[n];                                 \
  if (!get_args(env, info, n, argv)) return refuse(env)
#define INT(name, n)                                  \
  int name;                                           \
  if (!get_int(env, argv[n], &name)) return refuse(env)
#define LONG(name, n)                                 \
  int64_t name;                                       \
  if (!get_long(env, argv[n], &name)) return refuse(env)
#define BYTES(name, n)                                \
  bytes_t name;                                       \
  if (!get_bytes(env, argv[n], &name)) return refuse(env)

static napi_value call_socket(napi_env env, napi_callback_info info) {
  ARGS(3);
  INT(domain, 0);
  INT(type, 1);
  INT(protocol, 2);
  return outcome(env, socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

static napi_value call_close(napi_env env, napi_callback_info info) {
  ARGS(1);
  INT(fd, 0);
  return outcome(env, close(fd));
}

/* Opens a pipe, and writes the descriptors of its reading and of its writing end. */
static napi_value call_pipe(napi_env env, napi_callback_info info) {
  ARGS(1);
  BYTES(ends, 0);
  int fds[2];
  if (ends.length < 2 * sizeof(double)) return refuse(env);
  int result = pipe2(fds, O_CLOEXEC);
  if (result < 0) return outcome(env, result);
  double both[2] = {fds[0], fds[1]};
  memcpy(ends.data, both, sizeof both);
  return number(env, 0);
}

static napi_value call_bind(napi_env env, napi_callback_info info) {
  ARGS(2);
  INT(fd, 0);
  BYTES(address, 1);
  return outcome(env, bind(fd, (struct sockaddr *)address.data, (socklen_t)address.length));
}

static napi_value call_set_option(napi_env env, napi_callback_info info) {
  ARGS(4);
  INT(fd, 0);
  INT(level, 1);
  INT(name, 2);
  BYTES(value, 3);
  return outcome(env, setsockopt(fd, level, name, value.data, (socklen_t)value.length));
}

static napi_value call_get_option(napi_env env, napi_callback_info info) {
  ARGS(4);
  INT(fd, 0);
  INT(level, 1);
  INT(name, 2);
  BYTES(value, 3);
  socklen_t length = (socklen_t)value.length;
  int result = getsockopt(fd, level, name, value.data, &length);
  return result < 0 ? outcome(env, result) : number(env, length);
}

static napi_value call_attach_filter(napi_env env, napi_callback_info info) {
  ARGS(2);
  INT(fd, 0);
  BYTES(program, 1);
  struct sock_fprog filter = {
      .len = (unsigned short)(program.length / sizeof(struct sock_filter)),
      .filter = (struct sock_filter *)program.data,
  };
  return outcome(env, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
}

static napi_value call_send(napi_env env, napi_callback_info info) {
  ARGS(3);
  INT(fd, 0);
  BYTES(data, 1);
  BYTES(address, 2);
  return outcome(env, sendto(fd, data.data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL,
                             (struct sockaddr *)address.data, (socklen_t)address.length));
}

/* Sends messages that lie one after the other in the arena, as many as the kernel takes; their lengths are doubles. */
static napi_value call_send_many(napi_env env, napi_callback_info info) {
  ARGS(4);
  INT(fd, 0);
  BYTES(arena, 1);
  BYTES(lengths, 2);
  BYTES(address, 3);
  size_t count = lengths.length / sizeof(double);
  if (count > MAX_BATCH) count = MAX_BATCH;
  struct mmsghdr messages[MAX_BATCH];
  struct iovec pieces[MAX_BATCH];
  memset(messages, 0, sizeof messages);
  size_t at = 0;
  for (size_t n = 0; n < count; n++) {
    double length;
    memcpy(&length, lengths.data + n * sizeof length, sizeof length);
    if (!(length >= 0 && length <= (double)(arena.length - at))) return refuse(env);
    pieces[n] = (struct iovec){.iov_base = arena.data + at, .iov_len = (size_t)length};
    messages[n].msg_hdr = (struct msghdr){
        .msg_name = address.data,
        .msg_namelen = (socklen_t)address.length,
        .msg_iov = &pieces[n],
        .msg_iovlen = 1,
    };
    at += (size_t)length;
  }
  return outcome(env, sendmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static napi_value call_write(napi_env env, napi_callback_info info) {
  ARGS(4);
  INT(fd, 0);
  BYTES(data, 1);
  LONG(offset, 2);
  LONG(length, 3);
  if (offset < 0 || length < 0 || (size_t)offset > data.length) return refuse(env);
  if ((size_t)length > data.length - (size_t)offset) return refuse(env);
  return outcome(env, write(fd, data.data + offset, (size_t)length));
}

/* What the kernel tells about a message beside its octets: time, VLAN tag, direction. */
static void describe(struct msghdr *header, const struct sockaddr_ll *from, unsigned length, double *meta) {
  meta[0] = length;
  meta[1] = from->sll_family == AF_PACKET ? from->sll_pkttype : 0;
  meta[2] = from->sll_family == AF_PACKET ? ntohs(from->sll_protocol) : 0;
  meta[3] = from->sll_family == AF_PACKET ? from->sll_ifindex : 0;
  meta[4] = -1;
  meta[5] = 0;
  meta[6] = 0;
  meta[7] = header->msg_flags;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec ts;
      memcpy(&ts, CMSG_DATA(c), sizeof ts);
      meta[5] = (double)ts.tv_sec;
      meta[6] = (double)ts.tv_nsec;
    } else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
      struct tpacket_auxdata aux;
      memcpy(&aux, CMSG_DATA(c), sizeof aux);
      if (aux.tp_status & TP_STATUS_VLAN_VALID) {
        uint32_t tpid = aux.tp_status & TP_STATUS_VLAN_TPID_VALID ? aux.tp_vlan_tpid : 0x8100;
        meta[4] = (double)tpid * 65536 + aux.tp_vlan_tci;
      }
    }
  }
}

/* Reads as many messages as wait and fit, one slot of the arena each. */
static napi_value call_receive(napi_env env, napi_callback_info info) {
  ARGS(4);
  INT(fd, 0);
  BYTES(arena, 1);
  LONG(slot, 2);
  BYTES(meta, 3);
  if (slot <= 0 || arena.data == NULL || meta.data == NULL) return refuse(env);
  size_t batch = arena.length / (size_t)slot;
  if (batch > MAX_BATCH) batch = MAX_BATCH;
  if (batch > meta.length / (META_FIELDS * sizeof(double))) batch = meta.length / (META_FIELDS * sizeof(double));
  struct mmsghdr messages[MAX_BATCH];
  struct iovec pieces[MAX_BATCH];
  struct sockaddr_ll from[MAX_BATCH];
  _Alignas(struct cmsghdr) char control[MAX_BATCH][128];
  memset(messages, 0, sizeof messages);
  memset(from, 0, sizeof from);
  for (size_t n = 0; n < batch; n++) {
    pieces[n] = (struct iovec){.iov_base = arena.data + n * (size_t)slot, .iov_len = (size_t)slot};
    messages[n].msg_hdr = (struct msghdr){
        .msg_name = &from[n],
        .msg_namelen = sizeof from[n],
        .msg_iov = &pieces[n],
        .msg_iovlen = 1,
        .msg_control = control[n],
        .msg_controllen = sizeof control[n],
    };
  }
  int got = recvmmsg(fd, messages, (unsigned)batch, MSG_DONTWAIT | MSG_TRUNC, NULL);
  if (got < 0) return outcome(env, got);
  for (int n = 0; n < got; n++) {
    double fields[META_FIELDS];
    describe(&messages[n].msg_hdr, &from[n], messages[n].msg_len, fields);
    memcpy(meta.data + n * sizeof fields, fields, sizeof fields);
  }
  return number(env, got);
}

static napi_value call_ioctl_int(napi_env env, napi_callback_info info) {
  ARGS(2);
  INT(fd, 0);
  INT(request, 1);
  /* Others would write more than an int. */
  if (request != FIONREAD && request != SIOCOUTQ) return refuse(env);
  int value = 0;
  int result = ioctl(fd, (unsigned long)request, &value);
  return result < 0 ? outcome(env, result) : number(env, value);
}

static napi_value call_flock(napi_env env, napi_callback_info info) {
  ARGS(2);
  INT(fd, 0);
  INT(operation, 1);
  return outcome(env, flock(fd, operation));
}

/* SCHED_RR for the calling thread; processes that it starts are ordinary ones again. */
static napi_value call_set_realtime(napi_env env, napi_callback_info info) {
  ARGS(1);
  INT(priority, 0);
  struct sched_param param = {.sched_priority = priority};
  return outcome(env, sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param));
}

/* Keeps a range of pages in memory. */
static napi_value call_lock_pages(napi_env env, napi_callback_info info) {
  ARGS(2);
  LONG(address, 0);
  LONG(length, 1);
  return outcome(env, mlock((void *)(intptr_t)address, (size_t)length));
}

static napi_value call_if_index(napi_env env, napi_callback_info info) {
  ARGS(1);
  char name[IF_NAMESIZE + 1];
  size_t length;
  if (napi_get_value_string_utf8(env, argv[0], name, sizeof name, &length) != napi_ok) return refuse(env);
  unsigned index = if_nametoindex(name);
  return index == 0 ? outcome(env, -1) : number(env, index);
}

static napi_value call_clock(napi_env env, napi_callback_info info) {
  ARGS(1);
  INT(clock, 0);
  struct timespec now;
  if (clock_gettime((clockid_t)clock, &now) < 0) return outcome(env, -1);
  napi_value result;
  napi_create_bigint_int64(env, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec, &result);
  return result;
}

static napi_value call_timer_create(napi_env env, napi_callback_info info) {
  (void)info;
  return outcome(env, timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
}

/* Arms for an absolute time of CLOCK_MONOTONIC, in seconds and nanoseconds; 0, 0 disarms. */
static napi_value call_timer_set(napi_env env, napi_callback_info info) {
  ARGS(3);
  INT(fd, 0);
  LONG(seconds, 1);
  LONG(nanoseconds, 2);
  struct itimerspec when = {.it_value = {.tv_sec = seconds, .tv_nsec = nanoseconds}};
  return outcome(env, timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL));
}

static napi_value call_timer_read(napi_env env, napi_callback_info info) {
  ARGS(1);
  INT(fd, 0);
  uint64_t expirations = 0;
  ssize_t result = read(fd, &expirations, sizeof expirations);
  return result < 0 ? outcome(env, result) : number(env, (int64_t)expirations);
}

/* A descriptor on the event loop. Lives until both the script's handle and libuv's are gone. */
typedef struct {
  uv_poll_t poll;
  napi_env env;
  napi_ref callback;
  napi_ref self;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
  int holders;
  int closing;
} watch_t;

static void release_watch(watch_t *watch) {
  if (--watch->holders == 0) free(watch);
}

static void on_finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release_watch(data);
}

static void on_closed(uv_handle_t *handle) {
  watch_t *watch = handle->data;
  napi_handle_scope scope;
  napi_open_handle_scope(watch->env, &scope);
  napi_delete_reference(watch->env, watch->callback);
  napi_delete_reference(watch->env, watch->self);
  napi_async_destroy(watch->env, watch->context);
  napi_close_handle_scope(watch->env, scope);
  napi_remove_async_cleanup_hook(watch->hook);
  release_watch(watch);
}

static void close_watch(watch_t *watch) {
  if (watch->closing) return;
  watch->closing = 1;
  uv_poll_stop(&watch->poll);
  uv_close((uv_handle_t *)&watch->poll, on_closed);
}

static void on_cleanup(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  close_watch(data);
}

static void on_event(uv_poll_t *handle, int status, int events) {
  watch_t *watch = handle->data;
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_value callback, receiver, thrown;
  napi_open_handle_scope(env, &scope);
  if (napi_get_reference_value(env, watch->callback, &callback) == napi_ok) {
    napi_value args[] = {number(env, status), number(env, events)};
    napi_get_global(env, &receiver);
    napi_make_callback(env, watch->context, receiver, callback, 2, args, NULL);
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
        napi_get_and_clear_last_exception(env, &thrown) == napi_ok) {
      napi_fatal_exception(env, thrown);
    }
  }
  napi_close_handle_scope(env, scope);
}

/* watch(fd, events, callback(status, events)): libuv's poll; events are UV_READABLE 1, UV_WRITABLE 2, UV_DISCONNECT 4. */
static napi_value call_watch(napi_env env, napi_callback_info info) {
  ARGS(3);
  INT(fd, 0);
  INT(events, 1);
  napi_valuetype type;
  if (napi_typeof(env, argv[2], &type) != napi_ok || type != napi_function) return refuse(env);
  if ((events & ~(UV_READABLE | UV_WRITABLE | UV_DISCONNECT)) != 0) return refuse(env);
  uv_loop_t *loop;
  napi_value name, external;
  watch_t *watch = calloc(1, sizeof *watch);
  if (watch == NULL || napi_get_uv_event_loop(env, &loop) != napi_ok) {
    free(watch);
    return refuse(env);
  }
  int failed = uv_poll_init(loop, &watch->poll, fd);
  if (failed) {
    free(watch);
    return number(env, failed);
  }
  watch->env = env;
  watch->poll.data = watch;
  watch->holders = 2;
  napi_create_string_utf8(env, "viptools.watch", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &watch->context);
  napi_create_reference(env, argv[2], 1, &watch->callback);
  napi_create_external(env, watch, on_finalize, NULL, &external);
  napi_create_reference(env, external, 1, &watch->self);
  napi_add_async_cleanup_hook(env, on_cleanup, watch, &watch->hook);
  uv_poll_start(&watch->poll, events, on_event);
  return external;
}

static napi_value call_unwatch(napi_env env, napi_callback_info info) {
  ARGS(1);
  void *watch;
  if (napi_get_value_external(env, argv[0], &watch) != napi_ok) return refuse(env);
  close_watch(watch);
  return number(env, 0);
}

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"socket", call_socket},         {"close", call_close},
      {"bind", call_bind},             {"setOption", call_set_option},
      {"getOption", call_get_option},  {"attachFilter", call_attach_filter},
      {"send", call_send},             {"receive", call_receive},
      {"write", call_write},           {"ioctlInt", call_ioctl_int},
      {"flock", call_flock},           {"ifIndex", call_if_index},
      {"clock", call_clock},           {"timerCreate", call_timer_create},
      {"timerSet", call_timer_set},    {"timerRead", call_timer_read},
      {"watch", call_watch},           {"unwatch", call_unwatch},
      {"setRealtime", call_set_realtime}, {"lockPages", call_lock_pages},
      {"sendMany", call_send_many},    {"pipe", call_pipe},
  };
  for (size_t n = 0; n < sizeof functions / sizeof functions[0]; n++) {
    napi_value function;
    if (napi_create_function(env, functions[n].name, NAPI_AUTO_LENGTH, functions[n].call, NULL, &function) != napi_ok ||
        napi_set_named_property(env, exports, functions[n].name, function) != napi_ok) {
      return NULL;
    }
  }
  return exports;
}
