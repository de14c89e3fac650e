#!/usr/bin/env bash
# Some steps of the default IntelePeer scenario as a person types them: curl, nothing printed that is JSON.
post() {
  curl --silent --show-error --max-time 1 --noproxy '*' -X POST "$SMSPROOF_BASE_URL$1" \
    -H "Authorization: Bearer $SMSPROOF_TOKEN" -H 'content-type: application/json' --data-binary "$2" >/dev/null
}
SEND=/_rest/v4/app/sms/send
WEBHOOK=/_rest/v4/my/did/sms/webhook
post $SEND '{"from": "+12191112222", "to": "+13038675309", "text": "from a long code", "guid": "1123123123123123"}'
post $SEND '{"text":"from an alphanumeric","to":"+573132341111","from":"57-MyCompany"}'
post $SEND '[{"from":"+12191112222","to":"+13038675309","text":"many, the first"},
             {"from":"+19995550100","to":"+13038675309","text":"many, from a foreign number"}]'
post $WEBHOOK '{"webhook": "http://127.0.0.1:9/inbound", "endpoints": ["+12161112222"]}'
curl --silent --noproxy '*' -G "$SMSPROOF_BASE_URL$WEBHOOK" -H "Authorization: Bearer $SMSPROOF_TOKEN" \
  --data-urlencode 'endpoint=+12161112222' >/dev/null
post $SEND '{"from": "+12191112222", "to": "+13038675309", "text": "the answer gets lost"}'
post $SEND '{"from": "+12191112222", "to": "+13038675309", "text": "it went elsewhere"}'
exit 7
