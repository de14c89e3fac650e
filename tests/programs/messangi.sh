#!/usr/bin/env bash
# The Messangi page's own curl call, and a batch; every answer is printed as it comes.
curl --silent --max-time 1 --noproxy '*' --location "$SMSPROOF_BASE_URL/raven/v2/messages" \
  --header "Authorization: Bearer $SMSPROOF_TOKEN" --header 'Content-Type: application/json' --data '{
    "from": "2222",
    "to": "+525500000000",
    "text": "We detect an incident outside of us due to a Power Cut that affects your área. It is not necessary to report it",
    "requestDR": true,
    "type": "MT"
}'
curl --silent --max-time 1 --noproxy '*' -X POST "$SMSPROOF_BASE_URL/raven/v3/messages/batch" \
  -H "Authorization: Bearer $SMSPROOF_TOKEN" -H 'Content-Type: application/json; charset=UTF-8' --data '{
    "from": "12345", "text": "Hi {0}, your balance is ${1}", "type": "MT",
    "to": [{"to": "+525500000000", "params": ["Elizabeth", 10.65]}, {"to": "+525511111111", "params": ["Joshua", 20.5]}]
}'
