// What a line chat_completion_latency consists of.
import assert from "node:assert/strict";

const http = ["cwd_resolve", "prompt_build", "queue_wait",
	"codex_first_stdout_event", "codex_first_assistant_event",
	"response_build", "total"];

// Of a completion that the engine has answered: all. The process of
// app-server is not the request's.
export const phaseNames = {
	"exec": [...http, "codex_exec", "codex_command_build",
		"codex_process_spawn", "codex_stdin_write", "codex_stdout_read",
		"codex_process_wait", "codex_communicate", "codex_output_parse"],
	"app-server": [...http, "app_server_exec"],
};

export const fieldNames = ["ts", "level", "logger", "event", "request_id",
	"stream", "dialect", "engine", "model", "codex_model", "status", "code",
	"phases_ms",
	"time_to_first_sse_ms", "time_to_first_content_sse_ms"];

// Of app-server besides, once it was given the conversation.
export const threadFields = ["thread", "sent_bytes"];

const isTime = (value) => value === null ||
    (typeof value === "number" && value >= 0);

// Every field of a line is there and can be what it says.
export function checkLine(line) {
	const about = JSON.stringify(line);
	const names = phaseNames[line.engine];

	const given = line.engine === "app-server" &&
	    (line.status === 200 || "thread" in line);

	assert.deepEqual(Object.keys(line).sort(),
	    [...fieldNames, ...given ? threadFields : []].sort());
	if (given) {
		assert.ok(["kept", "fresh"].includes(line.thread), about);
		assert.ok(line.sent_bytes > 0, about);
	}
	assert.equal(line.logger, "codex_api_proxy.latency");
	assert.equal(line.level, "info");
	assert.ok(!Number.isNaN(Date.parse(line.ts)), about);
	assert.ok(line.engine in phaseNames, about);
	assert.equal(typeof line.model, "string");
	assert.ok(line.codex_model === null ||
	    typeof line.codex_model === "string", about);
	assert.equal(typeof line.stream, "boolean");
	assert.equal(typeof line.request_id, "string");
	assert.equal(line.code === null, line.status === 200, about);
	for (const [name, ms] of Object.entries(line.phases_ms)) {
		assert.ok(names.includes(name), name);
		assert.ok(typeof ms === "number" && ms >= 0, about);
	}
	assert.ok("total" in line.phases_ms, about);
	assert.ok(isTime(line.time_to_first_sse_ms), about);
	assert.ok(isTime(line.time_to_first_content_sse_ms), about);
	if (line.status !== 200)
		return;
	assert.deepEqual(Object.keys(line.phases_ms).sort(),
	    [...names].sort());
	assert.equal(line.time_to_first_sse_ms !== null, line.stream, about);
	assert.equal(line.time_to_first_content_sse_ms !== null, line.stream,
	    about);
}
