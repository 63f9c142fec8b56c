// Raw cases: what is asked of whom, and who asks (RFC 9112, 3; RFC 9110, 7).
import { chat, either, end, get, good, health, json, key, no, ok, post, request,
	row, shared, theirs } from "./raw_rows.mjs";

const line = (text) => request(text, "Host: localhost");
const bad = (name, text) => shared(name, line(text));

const requestLines = [
	ok("as it should be", line("GET /health HTTP/1.1")),
	ok("an empty line before it", `\r\n${health()}`),
	either("LF for CRLF", health().replaceAll("\r\n", "\n"), 200, 400),
	ok("HTTP/1.2 is read as 1.1", line("GET /health HTTP/1.2")),
	theirs("HTTP/0.9", line("GET /health HTTP/0.9"), 400, 505),
	theirs("HTTP/2.0", line("GET /health HTTP/2.0"), 400, 505),
	theirs("HTTP/9.9", line("GET /health HTTP/9.9"), 400, 505),
	theirs("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	    400, 505),
	theirs("http/1.1 in small letters", line("GET /health http/1.1"), 400),
	theirs("HTTP/1.", line("GET /health HTTP/1."), 400),
	theirs("HTTP/1.10", line("GET /health HTTP/1.10"), 400),
	theirs("HTTP/11", line("GET /health HTTP/11"), 400),
	theirs("another protocol", line("GET /health ICY/1.1"), 400),
	theirs("no version", "GET /health\r\n\r\n", 400, 505),
	theirs("no version, and headers", line("GET /health"), 400, 505),
	theirs("a method alone", "GET\r\n\r\n", 400, "cut"),
	theirs("a method and a blank", "GET \r\n\r\n", 400, "cut"),
	theirs("tabs for blanks", line("GET\t/health\tHTTP/1.1"), 400, "cut"),
	theirs("a blank before it", line(" GET /health HTTP/1.1"), 400, "cut"),
	theirs("a blank behind it", line("GET /health HTTP/1.1 "), 400),
	theirs("a word behind it", line("GET /health HTTP/1.1 x"), 400),
	theirs("the hello of TLS", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03" +
	    "\r\n\r\n", 400, "cut"),
	/* to 0.9.75 an empty line: doc/mhd.md */
	either("a line of NUL before it", "\0".repeat(1000) + `\r\n${health()}`,
	    200, 400, "cut"),
];

const targets = [
	bad("two blanks before it", "GET  /health HTTP/1.1"),
	bad("two blanks behind it", "GET /health  HTTP/1.1"),
	...[["a blank", " "], ["a tab", "\t"], ["a CR", "\r"], ["a NUL", "\0"],
		["an ESC", "\x1b"], ["a DEL", "\x7f"]].flatMap(([name, c]) => [
		bad(`${name} within it`, `GET /hea${c}lth HTTP/1.1`),
		bad(`${name} at its end`, `GET /health${c} HTTP/1.1`),
		bad(`${name} in the query`, `GET /health?a${c}b HTTP/1.1`),
	]),
	ok("a query", get("/health?a=b&c")),
	ok("an empty query", get("/health?")),
	ok("percent signs in the query", get("/health?a=%00%zz%")),
	no("a percent sign is not decoded", get("/%68ealth"), 404, "not_found"),
	no("a NUL that is encoded", get("/health%00"), 404, "not_found"),
	no("a blank that is encoded", get("/health%20"), 404, "not_found"),
	no("CRLF that is encoded", get("/health%0d%0aX-A:%20b"), 404,
	    "not_found"),
	no("a slash that is encoded", get("/v1%2fmodels"), 404, "not_found"),
	no("letters that are none of ASCII", get("/h\xc3\xa9alth"), 404,
	    "not_found"),
	no("bytes that are no UTF-8", get("/\xff\xfe"), 404, "not_found"),
	no("dots", get("/v1/../health", key), 404, "not_found"),
	no("a dot", get("/./health"), 404, "not_found"),
	no("a slash before it", get("//health"), 404, "not_found"),
	no("a slash behind it", get("/health/"), 404, "not_found"),
	no("a semicolon", get("/health;a=b"), 404, "not_found"),
	no("a backslash", get("\\health"), 404, "not_found"),
	no("no slash at all", get("health"), 404, "not_found"),
	no("a fragment", get("/health#x"), 404, "not_found"),
	no("an asterisk with GET", get("*"), 404, "not_found"),
	no("a host and a port", get("localhost:80"), 404, "not_found"),
	no("a shell's word", get("/$(id)`id`|id"), 404, "not_found"),
	no("a letter's case", get("/HEALTH"), 404, "not_found"),
	ok("a whole URL", get("http://localhost/health")),
	ok("a whole URL with a port", get("http://127.0.0.1:80/health?a")),
	ok("a whole URL of https", get("HTTPS://localhost/health")),
	no("a whole URL of ftp", get("ftp://localhost/health"), 404, "not_found"),
	no("a whole URL without a host", get("http:///health"), 404,
	    "not_found"),
	row("a whole URL of another host", get("http://evil.example/health"),
	    { TCP: 403, TLS: 403, Unix: 200 },
	    { code: { TCP: "host_not_allowed", TLS: "host_not_allowed" } }),
	ok("a whole URL to post to", post([]).replace(chat,
	    `http://localhost${chat}`)),
	no("a whole URL does not go round the key",
	    get("http://localhost/v1/models"), 401, "invalid_api_key"),
	no("slashes do not go round the key", get("//v1//models/"), 401,
	    "invalid_api_key"),
];

const methods = [
	...["PUT", "PATCH", "DELETE", "TRACE", "BREW", "get", "Get", "GETX",
		"!#$%&'*+-.^_`|~", "M".repeat(5000)].map((m) => no(
	    `${m.slice(0, 20)} of ${m.length}`, line(`${m} /health HTTP/1.1`),
	    405, "method_not_allowed")),
	no("POST where nothing is read", request("POST /health HTTP/1.1",
	    "Host: localhost", "Content-Length: 0"), 405, "method_not_allowed"),
	no("GET where something is posted", get(chat, key), 405,
	    "method_not_allowed"),
	...["(", ")", ",", "/", ":", ";", "<", "=", ">", "?", "@", "[", "\\",
		"]", "{", "}", "\"", "\x01", "\x7f", "\xe9", "\t", "\0"].map(
	    (c) => bad(`G${JSON.stringify(c)}T is no token`,
		`G${c}T /health HTTP/1.1`)),
	bad("a NUL behind GET", "GET\0 /health HTTP/1.1"),
	row("HEAD", line("HEAD /health HTTP/1.1"), 200, { head: true }),
	row("OPTIONS", line("OPTIONS /health HTTP/1.1"), 204),
	no("OPTIONS of the server", line("OPTIONS * HTTP/1.1"), 404,
	    "not_found"),
	no("CONNECT", line("CONNECT localhost:80 HTTP/1.1"), 404, "not_found"),
];

const host = (name, good) => good
    ? ok(`${name} is ours`, request("GET /health HTTP/1.1", `Host: ${name}`))
    : row(`${name} is not`, request("GET /health HTTP/1.1", `Host: ${name}`),
	{ TCP: 403, TLS: 403, Unix: 200 },
	{ code: { TCP: "host_not_allowed", TLS: "host_not_allowed" } });

// Of a Unix socket no browser knows: any will do there.
const hosts = [
	...["localhost", "localhost:1", "127.0.0.1", "127.9.9.9:80", "[::1]:80",
		"[::1]", "LOCALHOST", "a.localhost", "localhost.",
		"localhost.:80", "proxy.example", "proxy.example:8765",
		"host.docker.internal:8765", "host.containers.internal",
		"localhost ", " \t localhost \t"].map((h) => host(h, true)),
	...["evil.example", "localhost:80@evil.example", "127.0.0.1:abc",
		"[::1]evil.example", "[::1", "[::1]:", "localhost:", "unix",
		"localhost.evil.example", "127.0.0.1.evil", "10.0.0.1",
		"proxy.example.evil", "notlocalhost", ".localhost.evil",
		"localhost,evil.example", "localhost evil.example",
		"http://localhost", "local%68ost", "::1", "0x7f.1", "2130706433",
		"localhost/evil.example", "", "user@localhost", "[localhost]",
		"localhost\xe9", "x".repeat(300)].map((h) => host(h, false)),
	shared("none in HTTP/1.1", request("GET /health HTTP/1.1")),
	shared("none beside a whole URL",
	    request("GET http://localhost/health HTTP/1.1")),
	shared("two of them", health("Host: localhost")),
	shared("two that differ", health("host: evil.example")),
	shared("a blank before its colon",
	    request("GET /health HTTP/1.1", "Host : localhost")),
	shared("a NUL in it", request("GET /health HTTP/1.1",
	    "Host: localhost\0.evil.example", "X-A: b")),
];

const models = (...fields) => get("/v1/models", ...fields);
const wrong = (name, ...fields) => no(name, models(...fields), 401,
    "invalid_api_key");

const keys = [
	ok("Bearer", models("Authorization: Bearer the-key")),
	ok("bEaReR", models("aUTHORIZATION: bEaReR the-key")),
	ok("no blank behind the colon", models("Authorization:Bearer the-key")),
	ok("blanks around it", models("Authorization: \t Bearer the-key \t ")),
	ok("two blanks behind Bearer", models("Authorization: Bearer  the-key")),
	ok("a tab behind Bearer", models("Authorization: Bearer\tthe-key")),
	ok("x-api-key", models("X-API-KEY: the-key")),
	ok("api-key", models("api-key: the-key")),
	ok("x-api-key with blanks around it", models("x-api-key:  the-key  ")),
	ok("an empty Bearer beside a right key",
	    models("Authorization: Bearer", key)),
	ok("a wrong Bearer beside a right key",
	    models("Authorization: Bearer no", key)),
	ok("Basic beside a right key",
	    models("Authorization: Basic dTpw", "api-key: the-key")),
	ok("a wrong key where none is needed", health("x-api-key: no")),
	wrong("none"),
	wrong("a wrong one", "x-api-key: the-ke"),
	wrong("a longer one", "x-api-key: the-keyy"),
	wrong("one in capitals", "x-api-key: THE-KEY"),
	wrong("an empty one", "x-api-key:"),
	wrong("an empty Bearer", "Authorization: Bearer"),
	wrong("no scheme", "Authorization: the-key"),
	wrong("Bearer joined to it", "Authorization: Bearerthe-key"),
	wrong("Basic", "Authorization: Basic the-key"),
	wrong("a word behind it", "Authorization: Bearer the-key x"),
	wrong("in quotes", "x-api-key: \"the-key\""),
	wrong("two in a list", "x-api-key: the-key, the-key"),
	wrong("bytes that are none of ASCII", "x-api-key: the-k\xc3\xa9y"),
	wrong("8 kB of it", `x-api-key: ${"the-key".repeat(1170)}`),
	wrong("another header", "x-apikey: the-key", "key: the-key",
	    "Cookie: x-api-key=the-key"),
	no("in the query", get("/v1/models?key=the-key&api-key=the-key"), 401,
	    "invalid_api_key"),
	no("none, where there is nothing", get("/v1/nonesuch"), 401,
	    "invalid_api_key"),
	no("none, for a post", post([]).replace(`${key}\r\n`, ""), 401,
	    "invalid_api_key"),
	shared("a NUL behind it", models("x-api-key: the-key\0x", "X-A: b")),
	shared("a blank before the colon", models("x-api-key : the-key")),
];

const from = (origin, want, rest = {}) => row(`${origin} posts`,
    post([`Origin: ${origin}`]), want, rest);
const stranger = (origin) => from(origin, 403, { code: "origin_not_allowed" });

const origins = [
	from("https://good.example", 200),
	from("https://good.example  ", 200),
	...["null", "https://evil.example", "http://good.example",
		"https://good.example.evil", "https://good.example:444",
		"https://good.example/", "good.example", "https://good.example, x",
		"https://x.good.example", "http://localhost:3000", "file://",
		"", "https://good.exampl\xe9"].map(stranger),
	row("the server's own page posts", (t) => post([`Origin: ${
	    t === "TLS" ? "https" : "http"}://localhost`]), 200),
	row("its own page by the other scheme posts", (t) => post([`Origin: ${
	    t === "TLS" ? "http" : "https"}://localhost`]), 403,
	{ code: "origin_not_allowed" }),
	ok("another's page looks", health("Origin: https://evil.example")),
	row("another's page asks first", request(`OPTIONS ${chat} HTTP/1.1`,
	    "Host: localhost", "Origin: https://evil.example",
	    "Access-Control-Request-Method: POST"), 204),
	no("a simple form", post(["Origin: https://good.example"]).replace(json,
	    "Content-Type: text/plain"), 415, "unsupported_media_type"),
	end("two of them", post(["Origin: https://good.example",
		"Origin: https://evil.example"]), 400, "bad_framing"),
];

const old = (...fields) => request("GET /health HTTP/1.0", ...fields);
const oldPost = (fields, body = good) => request(`POST ${chat} HTTP/1.0`, key,
    json, ...fields) + body;

const versions = [
	row("HTTP/1.0 without Host", old() + smuggle(), 200, { open: false }),
	row("HTTP/1.0 with Host", old("Host: localhost") + smuggle(), 200,
	    { open: false }),
	row("HTTP/1.0, to be kept", old("Connection: keep-alive"), 200,
	    { open: undefined }),
	row("HTTP/1.0 posts", oldPost([`Content-Length: ${good.length}`]), 200,
	    { open: false }),
	end("HTTP/1.0 posts without a length", oldPost([]), 411,
	    "length_required"),
	end("HTTP/1.0 with chunks", oldPost(["Transfer-Encoding: chunked"],
	    `${good.length.toString(16)}\r\n${good}\r\n0\r\n\r\n`), 400,
	"bad_framing"),
	row("HTTP/1.0 of another host", old("Host: evil.example"),
	    { TCP: 403, TLS: 403, Unix: 200 }, { open: false }),
	...["close", "Close", "keep-alive, close", "close, TE"].map((c) =>
	    row(`Connection: ${c}`, health(`Connection: ${c}`) + smuggle(), 200,
		{ open: false })),
	ok("Connection: keep-alive", health("Connection: keep-alive")),
	ok("Connection names a header", health("Connection: X-A", "X-A: b")),
	ok("Upgrade: h2c is passed over", health("Connection: Upgrade",
	    "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")),
];

function smuggle() {
	return health();
}

export const lineGroups = { "request line": requestLines, target: targets,
	method: methods, Host: hosts, keys, origins, versions };
