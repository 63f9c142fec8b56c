/*
 * app_server.h - "codex app-server": JSON lines on stdin and stdout, one
 * event loop, many turns.
 */
#ifndef FAKE_APP_SERVER_H
#define FAKE_APP_SERVER_H

/* Runs until stdin ends, or a signal or a directive ends it. */
int app_server_run(char **argv);

#endif
