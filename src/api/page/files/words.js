// Numbers and codes in words.

const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

// "2 h 13 min": the two largest units.
export function span(seconds) {
	let rest = Math.max(0, Math.round(seconds));
	const parts = [];

	for (const [name, size] of units) {
		const n = Math.floor(rest / size);

		rest -= n * size;
		if (n > 0 || (name === "s" && parts.length === 0))
			parts.push(`${n} ${name}`);
	}
	return parts.slice(0, 2).join(" ");
}

// A duration as it is read at a glance.
export function took(ms) {
	if (ms < 1000)
		return `${Math.round(ms)} ms`;
	if (ms < 60000)
		return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
	return span(ms / 1000);
}

export const clock = (seconds) => new Date(seconds * 1000)
    .toLocaleTimeString([], { hour12: false });

export function day(seconds) {
	const date = new Date(seconds * 1000);
	const today = date.toDateString() === new Date().toDateString();

	return today ? clock(seconds).slice(0, 5) : date.toLocaleString([],
	    { weekday: "short", day: "numeric", month: "short",
		hour: "2-digit", minute: "2-digit", hour12: false });
}

// 1234 as "1,234", 1234567 as "1.23 M".
export function count(n) {
	if (n >= 1e6)
		return `${(n / 1e6).toFixed(2)} M`;
	return n.toLocaleString("en");
}

export function bytes(n) {
	return n >= 1e9 ? `${(n / 1e9).toFixed(1)} GB`
	    : `${Math.round(n / 1e6)} MB`;
}

// What an error's code means, and what to do about it.
const errors = {
	bad_framing: ["The request's headers contradict each other.",
		"Look at the client, or the proxy between it and this server."],
	bad_request: ["The model's server refused the request.",
		"The answer that the client got says why."],
	body_too_large: ["The request was over --max-body-bytes.",
		"Send less, or raise that option."],
	client_disconnected: ["The client hung up before the answer was whole.",
		"Nothing, if it was stopped; else look at the client's time-out."],
	codex_crashed: ["Codex died, twice.",
		"Run codex-api-proxy doctor; the log has Codex's last words."],
	codex_forbidden: ["The model's server forbids it to this account.",
		"The answer says why; see the account's plan."],
	codex_unauthorized: ["Nobody is logged in to Codex, or no more.",
		"Run codex login as the user of the server."],
	codex_unavailable: ["Codex is missing, too old, or does not start.",
		"Run codex-api-proxy doctor."],
	content_policy_violation: ["The model's server refused the content.",
		"Another request, or another model."],
	context_length_exceeded: ["It was longer than the model can read.",
		"A shorter conversation, or a model with a larger window."],
	cwd_not_allowed: ["metadata.cwd is outside the allowed directories.",
		"Start the server with --allowed-root and that directory."],
	host_not_allowed: ["The client used a name that is not this server's.",
		"Start the server with --allowed-host and that name."],
	internal_error: ["The server is out of memory, or the like.",
		"The log says more."],
	invalid_api_key: ["The key was wrong, or there was none.",
		"Give the client one of the server's keys."],
	invalid_image: ["An image was damaged, too large, or of another kind.",
		"Send a whole PNG, JPEG, WebP or GIF."],
	invalid_json: ["The body was no JSON.", "Look at the client."],
	model_not_found: ["There is no such model.",
		"Take one of the list below, or make the name an alias."],
	origin_not_allowed: ["A web page of another origin asked.",
		"If that is meant to be, start the server with --allowed-origin."],
	overloaded: ["The model's server, or this one, has too much to do.",
		"Try again; if it goes on, send less at once."],
	queue_full: ["As many requests as may wait did so already.",
		"Try again, or raise --max-queue-size or what runs at once."],
	queue_timeout: ["It waited --queue-timeout-seconds for its turn.",
		"Raise --turns-per-worker or --workers, or send less at once."],
	rate_limit_exceeded: ["The model's server got too many at once.",
		"Try again after a while."],
	shutting_down: ["The server was shutting down.", "Send it again."],
	timeout: ["It took longer than --timeout-seconds.",
		"Raise that option, or ask for less."],
	tool_choice_not_obeyed: ["A call was demanded; the model wrote text.",
		"Try again, or ask for it in the prompt, too."],
	unsupported_parameter: ["This engine cannot do what was asked.",
		"The answer names the parameter."],
	upstream_error: ["The model's server, or the way to it, failed.",
		"Try again; if it goes on, look at the network and the log."],
	usage_limit_exceeded: ["The account's quota is used up.",
		"Wait for the reset that Quota names."],
};

export function explain(code) {
	const [what, todo] = errors[code] ??
	    ["The request could not be taken as it was.",
		"The answer that the client got names what is wrong."];

	return { what, todo };
}

const reasons = {
	"draining": "It finishes what runs, and then ends.",
	"codex executable missing":
	    "Install Codex, or name it by --codex-bin.",
	"codex is too old for this engine; update it":
	    "Update Codex: npm install -g @openai/codex.",
	"no worker initialised":
	    "Wait a moment; if it stays so run codex-api-proxy doctor.",
	"not logged in; run 'codex login'":
	    "Run codex login as the user of the server.",
	"the login is in a keyring":
	    "Have Codex keep it in a file, or use --engine exec.",
};

export const advice = (reason) =>
	reasons[reason] ?? "Run codex-api-proxy doctor.";
