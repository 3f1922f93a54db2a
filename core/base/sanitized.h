#ifndef MUSTER_BASE_SANITIZED_H
#define MUSTER_BASE_SANITIZED_H

/* 1 in a build with AddressSanitizer, which checks each allocation. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
