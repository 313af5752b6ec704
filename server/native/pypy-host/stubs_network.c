/*
 * Names of hosts and services. An address that is written in numbers needs nobody, so getaddrinfo() and getnameinfo()
 * work it out here; for a name the controller is asked, who answers with addresses written in numbers, or with none.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "marshal.h"
#include "stubs.h"
#include "wire.h"

/* An answer and its address in one allocation, so that freeing is free(). */
struct answer {
    struct addrinfo info;
    struct sockaddr_storage address;
};

struct kind {
    int type, protocol;
};

static const struct kind KINDS[] = { { SOCK_STREAM, IPPROTO_TCP }, { SOCK_DGRAM, IPPROTO_UDP }, { SOCK_RAW, 0 } };

static bool parse_port(const char *service, uint16_t *port) {
    char *end;
    if (service == NULL || *service == '\0') {
        *port = 0;
        return true;
    }
    unsigned long value = strtoul(service, &end, 10);
    if (*end != '\0' || value > UINT16_MAX) return false;
    *port = (uint16_t)value;
    return true;
}

/* Fills `into` where `host` is written in numbers (or absent); returns its length, or 0. */
static socklen_t parse_host(const char *host, const struct addrinfo *hints, uint16_t port, struct sockaddr_storage *into) {
    bool passive = (hints->ai_flags & AI_PASSIVE) != 0;
    struct sockaddr_in *v4 = (struct sockaddr_in *)into;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)into;
    memset(into, 0, sizeof *into);
    if (hints->ai_family != AF_INET6) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        v4->sin_addr.s_addr = htonl(passive ? INADDR_ANY : INADDR_LOOPBACK);
        if (host == NULL || inet_aton(host, &v4->sin_addr) != 0) return sizeof *v4;
        memset(into, 0, sizeof *into);
    }
    if (hints->ai_family != AF_INET) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        v6->sin6_addr = passive ? in6addr_any : in6addr_loopback;
        if (host == NULL || inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) return sizeof *v6;
    }
    return 0;
}

static void stub_freeaddrinfo(struct addrinfo *list) {
    while (list != NULL) {
        struct addrinfo *next = list->ai_next;
        free(list->ai_canonname);
        free(list);
        list = next;
    }
}

/* Adds one address to the end of `list`, once for each kind of socket that the hints leave. */
static int add_answers(const struct addrinfo *hints, const struct sockaddr_storage *address, socklen_t length, const char *name,
                       struct addrinfo **list) {
    struct addrinfo **tail = list;
    while (*tail != NULL) tail = &(*tail)->ai_next;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (hints->ai_socktype != 0 && hints->ai_socktype != KINDS[i].type) continue;
        if (hints->ai_protocol != 0 && KINDS[i].protocol != 0 && hints->ai_protocol != KINDS[i].protocol) continue;
        struct answer *answer = calloc(1, sizeof *answer);
        if (answer == NULL) return EAI_MEMORY;
        answer->address = *address;
        answer->info = (struct addrinfo){
            .ai_family = address->ss_family,
            .ai_socktype = KINDS[i].type,
            .ai_protocol = KINDS[i].protocol != 0 ? KINDS[i].protocol : hints->ai_protocol,
            .ai_addrlen = length,
            .ai_addr = (struct sockaddr *)&answer->address,
        };
        if (*list == NULL && name != NULL && (hints->ai_flags & AI_CANONNAME) != 0) answer->info.ai_canonname = strdup(name);
        *tail = &answer->info;
        tail = &answer->info.ai_next;
    }
    return 0;
}

/* Addresses that a name may have; the controller sends no more than fit. */
#define NAME_ROOM 1024

/* Asks for the addresses of a name: texts, each with its NUL. Returns the bytes of them, 0 for none. */
static size_t ask_name(const char *host, const char *service, char into[NAME_ROOM]) {
    errno = 0;
    int64_t length = ASK(CALL_at_getaddrinfo, PTR(host), PTR(service), PTR(into), NAME_ROOM);
    if (length <= 0) return 0;
    into[NAME_ROOM - 1] = '\0';
    return (size_t)length;
}

/* errno carries a refusal that is to be raised. */
static int no_name(void) { return errno == WIRE_ERRNO_RAISE ? EAI_SYSTEM : EAI_NONAME; }

static int named_answers(const struct addrinfo *hints, const char *host, const char *service, uint16_t port, struct addrinfo **list) {
    char addresses[NAME_ROOM] = { 0 };
    struct addrinfo numbers = *hints;
    size_t length = ask_name(host, service, addresses);
    if (length == 0) return no_name();
    numbers.ai_flags &= ~AI_PASSIVE;
    for (const char *at = addresses; at < addresses + length && *at != '\0'; at += strlen(at) + 1) {
        struct sockaddr_storage address;
        socklen_t size = parse_host(at, &numbers, port, &address);
        int failed = size == 0 ? 0 : add_answers(hints, &address, size, host, list);
        if (failed != 0) return failed;
    }
    return 0;
}

static int stub_getaddrinfo(const char *host, const char *service, const struct addrinfo *wanted, struct addrinfo **result) {
    static const struct addrinfo any = { .ai_family = AF_UNSPEC };
    const struct addrinfo *hints = wanted == NULL ? &any : wanted;
    struct sockaddr_storage address;
    struct addrinfo *list = NULL;
    uint16_t port;
    int failed;
    if (host == NULL && service == NULL) return EAI_NONAME;
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET && hints->ai_family != AF_INET6) return EAI_FAMILY;
    /* There is no /etc/services to look in. */
    if (!parse_port(service, &port)) return EAI_SERVICE;
    socklen_t length = parse_host(host, hints, port, &address);
    if (length != 0) {
        failed = add_answers(hints, &address, length, host, &list);
        if (failed == 0 && host == NULL && hints->ai_family == AF_UNSPEC) {
            /* No name means this machine, by every family. */
            struct addrinfo second = *hints;
            second.ai_family = AF_INET6;
            length = parse_host(NULL, &second, port, &address);
            failed = add_answers(hints, &address, length, NULL, &list);
        }
    } else if ((hints->ai_flags & AI_NUMERICHOST) != 0) {
        failed = EAI_NONAME;
    } else {
        failed = named_answers(hints, host, service, port, &list);
    }
    if (failed == 0 && list == NULL) failed = length != 0 ? EAI_SOCKTYPE : EAI_NONAME;
    if (failed != 0) {
        stub_freeaddrinfo(list);
        return failed;
    }
    *result = list;
    return 0;
}

static bool copy_text(char *into, socklen_t room, const char *text) {
    if (into == NULL || room == 0) return true;
    return (size_t)snprintf(into, room, "%s", text) < room;
}

static int stub_getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t host_room, char *service,
                            socklen_t service_room, int flags) {
    char host_text[INET6_ADDRSTRLEN], service_text[8];
    const void *bytes;
    uint16_t port;
    if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        bytes = &((const struct sockaddr_in *)address)->sin_addr;
        port = ntohs(((const struct sockaddr_in *)address)->sin_port);
    } else if (address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        bytes = &((const struct sockaddr_in6 *)address)->sin6_addr;
        port = ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
    } else {
        return EAI_FAMILY;
    }
    if ((flags & NI_NAMEREQD) != 0 && host != NULL) {
        ASK(CALL_at_gethostbyaddr, 0);
        return EAI_NONAME;
    }
    inet_ntop(address->sa_family, bytes, host_text, sizeof host_text);
    snprintf(service_text, sizeof service_text, "%u", (unsigned)port);
    return copy_text(host, host_room, host_text) && copy_text(service, service_room, service_text) ? 0 : EAI_OVERFLOW;
}

/* As libc's: the answer is good until the thread asks again. */
static struct hostent *stub_gethostbyname(const char *host) {
    static _Thread_local struct hostent answer;
    static _Thread_local struct in_addr found;
    static _Thread_local char name[256];
    static _Thread_local char *addresses[2], *aliases[1];
    char texts[NAME_ROOM] = { 0 };
    if (inet_aton(host, &found) == 0) {
        int64_t length = ASK(CALL_at_gethostbyname, PTR(host), PTR(texts), NAME_ROOM);
        texts[NAME_ROOM - 1] = '\0';
        const char *at = texts;
        while (length > 0 && at < texts + length && *at != '\0' && inet_aton(at, &found) == 0) at += strlen(at) + 1;
        if (length <= 0 || at >= texts + length || *at == '\0') {
            h_errno = HOST_NOT_FOUND;
            return NULL;
        }
    }
    snprintf(name, sizeof name, "%s", host);
    addresses[0] = (char *)&found;
    addresses[1] = aliases[0] = NULL;
    answer = (struct hostent){ .h_name = name, .h_aliases = aliases, .h_addrtype = AF_INET, .h_length = sizeof found, .h_addr_list = addresses };
    return &answer;
}

static struct hostent *stub_gethostbyaddr(void) {
    ASK(CALL_at_gethostbyaddr, 0);
    h_errno = HOST_NOT_FOUND;
    return NULL;
}

/* There is no /etc/services or /etc/protocols to look in: the empty answer is the true one. */
static void *stub_no_entry(void) { return NULL; }

const struct stub STUBS_NETWORK[] = {
    STUB("getaddrinfo", stub_getaddrinfo),
    STUB("freeaddrinfo", stub_freeaddrinfo),
    STUB("getnameinfo", stub_getnameinfo),
    STUB("gethostbyname", stub_gethostbyname),
    STUB("gethostbyaddr", stub_gethostbyaddr),
    STUB("getservbyname", stub_no_entry),
    STUB("getservbyport", stub_no_entry),
    STUB("getprotobyname", stub_no_entry),
    STUBS_END,
};
