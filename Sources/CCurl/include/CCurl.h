// A thin fence around libcurl: its variadic calls, one function for each kind of argument.
#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <stdbool.h>

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);

typedef size_t (*ccurl_write)(char *bytes, size_t size, size_t count, void *context);
typedef size_t (*ccurl_read)(char *room, size_t size, size_t count, void *context);
typedef int (*ccurl_seek)(void *context, curl_off_t offset, int origin);
CURLcode ccurl_set_write(CURL *easy, CURLoption option, ccurl_write function);
CURLcode ccurl_set_read(CURL *easy, ccurl_read function);
CURLcode ccurl_set_seek(CURL *easy, ccurl_seek function);

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);

/// Takes the next finished transfer; false where there is none.
bool ccurl_next_done(CURLM *multi, CURL **easy, CURLcode *result);

/// Sockets of this handle are not handed on to programs that the process starts.
CURLcode ccurl_close_on_exec(CURL *easy);

#endif
