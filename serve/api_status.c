#include "serve/api_call.h"

static const char disclaimer[] = "Engram is not a certified medical device. It proposes with "
                                 "reasons; a qualified person decides.";

void eg_api_get_status(eg_api_call *call) {
    const eg_api_settings *settings = &call->api->settings;
    eg_api_answer(call, 200,
                  json_pack("{sssbss}", "version", settings->version, "demo", (int)settings->demo,
                            "disclaimer", disclaimer));
}
