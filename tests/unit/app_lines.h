/*
 * app_lines.h - lines that `codex app-server` writes, of thread "t" and turn
 * "u", as 0.169.0 wrote them (members that we do not read are left out).
 */
#ifndef TESTS_UNIT_APP_LINES_H
#define TESTS_UNIT_APP_LINES_H

#define NOTE(method, rest) \
	"{\"method\":\"" method "\",\"params\":{\"threadId\":\"t\"," \
	"\"turnId\":\"u\"" rest "}}"

#define ITEM(method, rest) NOTE("item/" method, ",\"item\":{" rest "}")

/* phase: null, or a JSON string */
#define STARTED(id, phase) \
	ITEM("started", \
	    "\"type\":\"agentMessage\",\"id\":\"" id \
	    "\",\"text\":\"\",\"phase\":" phase)
#define COMPLETED(id, phase, text) \
	ITEM("completed", \
	    "\"type\":\"agentMessage\",\"id\":\"" id "\",\"text\":\"" text \
	    "\",\"phase\":" phase)
#define DELTA(id, text) \
	NOTE("item/agentMessage/delta", \
	    ",\"itemId\":\"" id "\",\"delta\":\"" text "\"")

#define FINAL "\"final_answer\""
#define COMMENTARY "\"commentary\""
#define PARTIAL "\"partial_answer\""

#define PART NOTE("item/reasoning/summaryPartAdded", "")
#define THOUGHT(text) \
	NOTE("item/reasoning/summaryTextDelta", ",\"delta\":\"" text "\"")
#define THOUGHT_OF(id, text) \
	NOTE("item/reasoning/summaryTextDelta", \
	    ",\"itemId\":\"" id "\",\"delta\":\"" text "\"")
/* summary, content, and others that we do not read, as it has them */
#define SEALED(id, sealed) \
	NOTE("rawResponseItem/completed", \
	    ",\"item\":{\"type\":\"reasoning\",\"id\":\"" id \
	    "\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"s\"}]," \
	    "\"content\":null,\"encrypted_content\":" sealed "}")
#define COMPACTION \
	ITEM("started", "\"type\":\"contextCompaction\",\"id\":\"c\"")

/* args: JSON as it stands inside a JSON string */
#define CALL(id, name, args) \
	NOTE("rawResponseItem/completed", \
	    ",\"item\":{\"type\":\"function_call\",\"id\":\"fc_" id \
	    "\",\"call_id\":\"" id "\",\"name\":\"" name \
	    "\",\"arguments\":\"" args "\"}")

/* Of a function in a namespace. */
#define CALL_IN(space, id, name, args) \
	NOTE("rawResponseItem/completed", \
	    ",\"item\":{\"type\":\"function_call\",\"id\":\"fc_" id \
	    "\",\"name\":\"" name "\",\"namespace\":\"" space \
	    "\",\"arguments\":\"" args "\",\"call_id\":\"" id "\"}")

#define CALL_REQUEST(id, call) \
	"{\"id\":" id ",\"method\":\"item/tool/call\",\"params\":{" \
	"\"threadId\":\"t\",\"turnId\":\"u\",\"callId\":\"" call \
	"\",\"tool\":\"f\",\"arguments\":{}}}"

/* What Codex adds to the history, of this turn. */
#define OUTPUT(call) \
	NOTE("rawResponseItem/completed", \
	    ",\"item\":{\"type\":\"function_call_output\",\"id\":\"fco_1\"," \
	    "\"call_id\":\"" call "\",\"output\":\"failed\"}")
#define GUIDANCE \
	NOTE("rawResponseItem/completed", \
	    ",\"item\":{\"type\":\"message\",\"role\":\"developer\"," \
	    "\"content\":[{\"type\":\"input_text\",\"text\":" \
	    "\"<content_filter_guidance>\\nYour\"}]}")

/* With raw events the injected messages come back as another turn's. */
#define INJECTED(item) \
	"{\"method\":\"rawResponseItem/completed\",\"params\":{" \
	"\"threadId\":\"t\",\"turnId\":\"auto-compact-0\",\"item\":{" item \
	"}}}"
#define INJECTED_CALL \
	INJECTED("\"type\":\"function_call\",\"call_id\":\"old\"," \
		 "\"name\":\"f\",\"arguments\":\"{}\"")
#define OMITTED \
	INJECTED("\"type\":\"message\",\"content\":[{\"text\":" \
		 "\"image content omitted because it is old\"}]")

#define FOREIGN_DONE \
	"{\"method\":\"turn/completed\",\"params\":{\"threadId\":\"t\"," \
	"\"turn\":{\"id\":\"auto-compact-0\",\"status\":\"completed\"}}}"
#define NAMELESS_TURN \
	"{\"method\":\"turn/started\",\"params\":{\"threadId\":\"t\"," \
	"\"turn\":{}}}"

#define TOKENS \
	"{\"totalTokens\":18,\"inputTokens\":11,\"cachedInputTokens\":3," \
	"\"cacheWriteInputTokens\":5,\"outputTokens\":7," \
	"\"reasoningOutputTokens\":2}"
#define RESPONSE \
	NOTE("rawResponse/completed", ",\"responseId\":\"r\",\"usage\":" TOKENS)
#define USAGE \
	NOTE("thread/tokenUsage/updated", \
	    ",\"tokenUsage\":{\"total\":" TOKENS ",\"last\":" TOKENS "}")

#define RETRY \
	NOTE("error", \
	    ",\"error\":{\"message\":\"Reconnecting... 1/5\"}," \
	    "\"willRetry\":true")
#define RETRY_INCOMPLETE(reason) \
	NOTE("error", \
	    ",\"error\":{\"message\":\"Reconnecting... 1/5\"," \
	    "\"additionalDetails\":\"stream disconnected before " \
	    "completion: Incomplete response returned, reason: " reason \
	    "\"},\"willRetry\":true")
#define FILTERED RETRY_INCOMPLETE("content_filter")
#define LIMITED RETRY_INCOMPLETE("max_output_tokens")
#define TOKEN_LIMIT "Incomplete response returned, reason: max_output_tokens"
#define FAULT(message, info) \
	NOTE("error", \
	    ",\"error\":{\"message\":\"" message "\",\"codexErrorInfo\":" info \
	    "},\"willRetry\":false")

#define TURN_STARTED \
	"{\"method\":\"turn/started\",\"params\":{\"threadId\":\"t\"," \
	"\"turn\":{\"id\":\"u\"}}}"
#define TURN_ENDED(status, error) \
	"{\"method\":\"turn/completed\",\"params\":{\"threadId\":\"t\"," \
	"\"turn\":{\"id\":\"u\",\"status\":\"" status "\",\"error\":" error \
	"}}}"
#define DONE TURN_ENDED("completed", "null")
#define INTERRUPTED TURN_ENDED("interrupted", "null")
#define FAILED(message, info) \
	TURN_ENDED("failed", \
	    "{\"message\":\"" message "\",\"codexErrorInfo\":" info "}")

#endif
