/*
 * sandtable-host: runs the distribution's PyPy as a guest that can do nothing by itself.
 *
 *   sandtable-host OPTIONS -- ARGUMENTS OF THE GUEST     started by a controller, control descriptor 3
 *   sandtable-host --describe                            what was found on this machine, as JSON
 *
 *   --lib PATH --stdlib FOLDER   which PyPy; default: the newest that is installed
 *   --uid N                      the user that the guest becomes; needed as root, refused otherwise
 *   --heap-bytes N               soft limit: the interpreter raises MemoryError
 *   --data-bytes N               hard limit on private memory
 *   --cpu-seconds N              SIGXCPU at N, killed a second later
 *   --threads N                  threads alive at once; 1 removes the means to make any
 *   --env NAME=VALUE             environment of the guest, repeatable
 *   --marshal-time               ask the controller for the time, instead of reading the clock in process
 *   --no-poll, --always-poll     sleep at once when a reply is awaited, or never without looking first; by default, as it pays (for the bench)
 *   --zygote                     start the interpreter once, and fork a guest at every order (zygote.c); --uid, --data-bytes, --cpu-seconds and
 *                                --threads come with the orders
 *   --before-start               with --zygote: fork before the interpreter starts, so that each guest starts its own
 */
#include <unistd.h>

#include "describe.h"
#include "options.h"
#include "report.h"
#include "start.h"

int main(int argc, char **argv) {
    pid_t parent = getppid(); /* now: later it may be whoever adopts orphans */
    struct options options;
    const char *problem = options_parse(&options, argc, argv);
    if (problem != NULL) report_failure("option", problem, NULL);
    if (options.describe) return describe(&options);
    start_guest(&options, parent, argc, argv);
}
