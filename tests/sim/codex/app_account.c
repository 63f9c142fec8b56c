#include "app_account.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "app_item.h"
#include "app_mode.h"
#include "json/jsonw.h"
#include "json/jsonx.h"
#include "catalog.h"
#include "output.h"

/* $0 version, $1 model, $2 cwd, $3 ephemeral; all JSON. */
#define THREAD \
	"{'id':'$t','environments':[],'extra':null,'sessionId':'$t'," \
	"'forkedFromId':null,'attachedToThreadId':null," \
	"'parentThreadId':null,'preview':'','ephemeral':$3,'section':null," \
	"'sectionEnteredAt':null,'projectId':null," \
	"'historyMode':'paginated','modelProvider':'sim','model':$1," \
	"'reasoningEffort':null,'createdAt':$s,'updatedAt':$s," \
	"'recencyAt':$s,'status':{'type':'idle'},'path':null,'cwd':$2," \
	"'cliVersion':$0,'originator':'fake','source':'vscode'," \
	"'canAcceptDirectInput':true,'threadSource':null," \
	"'agentNickname':null,'agentRole':null,'gitInfo':null,'name':null," \
	"'daybreakEnabled':null,'turns':[]}"
#define ACCOUNT \
	"{'type':'chatgpt','email':'fake@example.com','planType':'plus'," \
	"'workspaceName':null}"

const char *
account_version(void)
{
	const char *version = getenv("FAKE_CODEX_VERSION");

	return version != NULL ? version : "0.169.0";
}

/* Makes `b` a JSON string. */
static void
quote(struct buf *b, const char *s)
{
	buf_init(b, SIZE_MAX);
	output_string(b, s);
}

void
account_initialized(const char *id, const char *client)
{
	const char *home = getenv("CODEX_HOME");
	struct wire_args args = { NULL };
	struct buf agent, agent_json, home_json;

	buf_init(&agent, SIZE_MAX);
	output_must(
	    buf_printf(&agent, "%s/%s (Debian 12.0.0; x86_64) unknown (%s; 0)",
		client, account_version(), client),
	    "initialize");
	quote(&agent_json, agent.data);
	quote(&home_json, home != NULL ? home : "/nonexistent");
	args.json[0] = agent_json.data;
	args.json[1] = home_json.data;
	wire_result(id,
	    "{'userAgent':$0,'codexHome':$1,'platformFamily':'unix',"
	    "'platformOs':'linux'}",
	    &args);
	buf_free(&agent);
	buf_free(&agent_json);
	buf_free(&home_json);
}

/* The directory of the process, or "" when it is gone. */
static const char *
own_cwd(void)
{
	static char cwd[PATH_MAX];

	if (cwd[0] == '\0' && getcwd(cwd, sizeof(cwd)) == NULL)
		return "";
	return cwd;
}

void
account_thread(const char *id, const struct thread *th, const json_t *params)
{
	const char *model = "gpt-6.1-sol", *cwd = own_cwd();
	struct wire_args args = { .thread = th->id };
	struct buf version_json, model_json, cwd_json;
	bool ephemeral = false;

	(void)jsonx_get_string(params, "model", &model);
	(void)jsonx_get_string(params, "cwd", &cwd);
	(void)jsonx_get_bool(params, "ephemeral", &ephemeral);
	quote(&version_json, account_version());
	quote(&model_json, model);
	quote(&cwd_json, cwd);
	args.json[0] = version_json.data;
	args.json[1] = model_json.data;
	args.json[2] = cwd_json.data;
	args.json[3] = ephemeral ? "true" : "false";
	wire_result(id,
	    "{'thread':" THREAD
	    ",'model':$1,'modelProvider':'sim','serviceTier':null,"
	    "'disabledPluginIds':[],'cwd':$2,'runtimeWorkspaceRoots':[],"
	    "'instructionSources':[],'approvalPolicy':'never',"
	    "'approvalsReviewer':'user','sandbox':{'type':'readOnly',"
	    "'networkAccess':false},'activePermissionProfile':null,"
	    "'reasoningEffort':null,'multiAgentMode':'explicitRequestOnly'}",
	    &args);
	wire_notify("thread/started", "{'thread':" THREAD "}", &args);
	buf_free(&version_json);
	buf_free(&model_json);
	buf_free(&cwd_json);
}

static bool
logged_out(void)
{
	const char *login = getenv("FAKE_CODEX_LOGIN");

	return app_mode()->not_logged_in ||
	    (login != NULL && strcmp(login, "out") == 0);
}

void
account_read(const char *id)
{
	struct wire_args args = { NULL };

	wire_result(id,
	    logged_out() ? "{'account':null,'userId':null,"
			   "'requiresOpenaiAuth':true,'workspaceRouting':null}"
			 : "{'account':" ACCOUNT ",'userId':'user-fake',"
			   "'requiresOpenaiAuth':true,'workspaceRouting':null}",
	    &args);
}

void
account_rate_limits(const char *id)
{
	struct wire_args args = { .json = { item_limits() } };

	if (logged_out())
		wire_error(id, -32600,
		    "codex account authentication required to read rate "
		    "limits",
		    NULL);
	else
		wire_result(id,
		    "{'ordinaryUsageAllowed':true,'rateLimits':$0,"
		    "'rateLimitsByLimitId':{'codex':$0},"
		    "'rateLimitResetCredits':null,'accountId':null,"
		    "'rateLimitUpsell':null}",
		    &args);
}

void
account_models(const char *id)
{
	struct wire_args args = { .json = { model_list } };

	wire_result(id, "$0", &args);
}

void
account_grow(void)
{
	static long long turns;
	/* Kept, every page of it: that is the point. */
	static volatile char *memory;
	const char *rss = app_mode()->rss;
	long long megabytes = 0, turn = 1;
	size_t bytes;

	turns++;
	if (rss == NULL)
		return;
	output_must(
	    sscanf(rss, "%lld,%lld", &megabytes, &turn) < 1 ? -EINVAL : 0,
	    "rss");
	if (turns != turn)
		return;
	bytes = (size_t)megabytes << 20;
	memory = malloc(bytes);
	output_must(memory == NULL ? -ENOMEM : 0, "rss");
	for (size_t i = 0; i < bytes; i += 4096)
		memory[i] = 1;
}
