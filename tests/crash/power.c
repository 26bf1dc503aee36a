/* Writes down all that a process does to the files under one folder, in its order:
 * what was written where, cut off, named, renamed, and what was flushed to the disk.
 *
 *     cc -shared -fPIC -o power.so power.c
 *     LD_PRELOAD=power.so POWER_ROOT=/folder POWER_LOG=/elsewhere/log program
 *
 * Each record is a line "kind inode number length length\n" followed by two byte
 * strings of those lengths: a path or the data, and a second path.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;


static int inside(const char *path) {
    const char *root = getenv("POWER_ROOT");
    size_t length = root ? strlen(root) : 0;
    return length && !strncmp(path, root, length) && path[length] == '/';
}

/* The absolute path of a name given to the system; 0 if it is not under the folder. */
static int place(int folder, const char *name, char *path) {
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        char link[64], base[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t n = folder == AT_FDCWD ? readlink("/proc/self/cwd", base, sizeof base - 1)
                                       : readlink(link, base, sizeof base - 1);
        if (n < 0) return 0;
        base[n] = 0;
        if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    return inside(path);
}

/* The file behind a descriptor, 0 if it is not under the folder. */
static ino_t opened(int fd, int *is_folder) {
    char link[64], path[PATH_MAX];
    struct stat status;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    if (!inside(path) || fstat(fd, &status)) return 0;
    if (is_folder) *is_folder = S_ISDIR(status.st_mode);
    return status.st_ino;
}

static ino_t named(const char *path) {
    struct stat status;
    return lstat(path, &status) ? 0 : status.st_ino;
}

static void put(int log, const void *data, size_t length) {
    while (length) {
        ssize_t n = syscall(SYS_write, log, data, length);
        if (n <= 0) abort();
        data = (const char *)data + n;
        length -= n;
    }
}

static void note(char kind, ino_t inode, long long number, const void *one, size_t first,
                 const void *two, size_t second) {
    int kept = errno;
    int log = syscall(SYS_openat, AT_FDCWD, getenv("POWER_LOG"),
                      O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    char head[128];
    int n = snprintf(head, sizeof head, "%c %llu %lld %zu %zu\n", kind,
                     (unsigned long long)inode, number, first, second);
    if (log < 0) abort();
    put(log, head, n);
    put(log, one, first);
    put(log, two, second);
    syscall(SYS_close, log);
    errno = kept;
}

#define LOCKED(...) \
    do { \
        pthread_mutex_lock(&order); \
        __VA_ARGS__; \
        pthread_mutex_unlock(&order); \
    } while (0)

static int open_at(int folder, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    int mine = (flags & (O_CREAT | O_TRUNC)) && place(folder, name, path), fd;
    if (!mine) return syscall(SYS_openat, folder, name, flags, mode);
    LOCKED({
        int is_new = !named(path);
        fd = syscall(SYS_openat, folder, name, flags, mode);
        if (fd >= 0 && is_new) note('N', named(path), 0, path, strlen(path), "", 0);
        if (fd >= 0 && !is_new && flags & O_TRUNC) note('T', named(path), 0, "", 0, "", 0);
    });
    return fd;
}

#define MODE \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

int open(const char *name, int flags, ...) { MODE return open_at(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE return open_at(AT_FDCWD, name, flags, mode); }
int openat(int at, const char *name, int flags, ...) { MODE return open_at(at, name, flags, mode); }
int openat64(int at, const char *name, int flags, ...) { MODE return open_at(at, name, flags, mode); }

static ssize_t write_at(int fd, const void *data, size_t length, off_t where) {
    ssize_t n;
    ino_t inode = opened(fd, NULL);
    if (!inode)
        return where < 0 ? syscall(SYS_write, fd, data, length)
                         : syscall(SYS_pwrite64, fd, data, length, where);
    LOCKED({
        off_t begin = where;
        if (where < 0)
            begin = lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
        n = where < 0 ? syscall(SYS_write, fd, data, length)
                      : syscall(SYS_pwrite64, fd, data, length, where);
        if (n > 0) note('W', inode, begin, data, n, "", 0);
    });
    return n;
}

ssize_t write(int fd, const void *data, size_t n) { return write_at(fd, data, n, -1); }
ssize_t pwrite(int fd, const void *d, size_t n, off_t at) { return write_at(fd, d, n, at); }
ssize_t pwrite64(int fd, const void *d, size_t n, off64_t at) { return write_at(fd, d, n, at); }

static int cut(int fd, off_t size) {
    int result;
    ino_t inode = opened(fd, NULL);
    LOCKED({
        result = syscall(SYS_ftruncate, fd, size);
        if (!result && inode) note('T', inode, size, "", 0, "", 0);
    });
    return result;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

static int flush(int fd, int call) {
    int result, is_folder = 0;
    ino_t inode = opened(fd, &is_folder);
    LOCKED({
        result = syscall(call, fd);
        if (!result && inode) {
            char link[64], path[PATH_MAX];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t n = readlink(link, path, sizeof path);
            note(is_folder ? 'D' : 'S', inode, 0, path, n < 0 ? 0 : n, "", 0);
        }
    });
    return result;
}

int fsync(int fd) { return flush(fd, SYS_fsync); }
int fdatasync(int fd) { return flush(fd, SYS_fdatasync); }

static int moved(char kind, int from, const char *old, int to, const char *new, int flags) {
    char one[PATH_MAX], two[PATH_MAX];
    int result, mine = place(from, old, one), theirs = place(to, new, two);
    LOCKED({
        ino_t inode = mine ? named(one) : 0;
        result = kind == 'R' ? syscall(SYS_renameat, from, old, to, new)
                             : syscall(SYS_linkat, from, old, to, new, flags);
        if (!result && mine && theirs)
            note(kind, inode, 0, one, strlen(one), two, strlen(two));
    });
    return result;
}

int rename(const char *a, const char *b) { return moved('R', AT_FDCWD, a, AT_FDCWD, b, 0); }
int renameat(int f, const char *a, int t, const char *b) { return moved('R', f, a, t, b, 0); }
int link(const char *a, const char *b) { return moved('L', AT_FDCWD, a, AT_FDCWD, b, 0); }
int linkat(int f, const char *a, int t, const char *b, int flags) {
    return moved('L', f, a, t, b, flags);
}

static int gone(int folder, const char *name, int flags) {
    char path[PATH_MAX];
    int result, mine = place(folder, name, path);
    LOCKED({
        result = syscall(SYS_unlinkat, folder, name, flags);
        if (!result && mine) note('U', 0, 0, path, strlen(path), "", 0);
    });
    return result;
}

int unlink(const char *name) { return gone(AT_FDCWD, name, 0); }
int unlinkat(int folder, const char *name, int flags) { return gone(folder, name, flags); }
int rmdir(const char *name) { return gone(AT_FDCWD, name, AT_REMOVEDIR); }

static int made(int folder, const char *name, mode_t mode) {
    char path[PATH_MAX];
    int result, mine = place(folder, name, path);
    LOCKED({
        result = syscall(SYS_mkdirat, folder, name, mode);
        if (!result && mine) note('M', named(path), 0, path, strlen(path), "", 0);
    });
    return result;
}

int mkdir(const char *name, mode_t mode) { return made(AT_FDCWD, name, mode); }
int mkdirat(int folder, const char *name, mode_t mode) { return made(folder, name, mode); }
