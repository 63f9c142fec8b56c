/*
 * sim_model - a stand-in for the model's Responses API, scripted by what
 * the prompt says. See ../README.md.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <jansson.h>

#include "base/parse.h"
#include "journal.h"
#include "once.h"
#include "server.h"

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "log", required_argument, NULL, 'l' },
	{ "exit-with-parent", no_argument, NULL, 'e' },
	{ NULL, 0, NULL, 0 },
};

static void
fail(const char *what, int error)
{
	fprintf(stderr, "sim_model: %s: %s\n", what, strerror(-error));
	exit(1);
}

/* Also when the parent died before the request took hold. */
static void
exit_with_parent(void)
{
	pid_t parent = getppid();

	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		fail("prctl", -errno);
	if (getppid() != parent)
		exit(0);
}

static void
read_options(int argc, char **argv, int64_t *port)
{
	int option, r;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		r = 0;
		if (option == 'p')
			r = parse_int(optarg, 0, 65535, port);
		else if (option == 'l')
			r = journal_open(optarg);
		else if (option == 'e')
			exit_with_parent();
		else
			exit(2);
		if (r < 0)
			fail(optarg, r);
	}
	if (optind < argc)
		fail(argv[optind], -EINVAL);
}

int
main(int argc, char **argv)
{
	sigset_t stop;
	int64_t port = 0;
	uint16_t bound;
	int r, signo;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	/* Before any thread starts, so that sigwait below gets them. */
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	read_options(argc, argv, &port);
	/* jansson's first seeding is not thread-safe. */
	json_object_seed(0);
	r = server_start((uint16_t)port, &bound);
	if (r < 0)
		fail("listen", r);
	printf("listening on %u\n", (unsigned)bound);
	fflush(stdout);
	sigwait(&stop, &signo);
	server_stop();
	journal_close();
	once_free();
	return 0;
}
