// Which sanitizer this is compiled with, if any: GNET_ASAN, GNET_TSAN.

#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define GNET_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GNET_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define GNET_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GNET_TSAN 1
#endif
#endif
