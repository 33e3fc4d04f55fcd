"""What a workstation of version 1 says, as it was written then: kept as bytes, never made by today's code."""

ENROL = b'{"version":1,"code":"%s","home":"home-old","machine":"desk","agent_version":"0.1.0"}'

BATCH = b"""{"version":1,"stream":"home-old/1","after":0,"through":4,
"about":{"machine":"desk","agent_version":"0.1.0","site_words":false,"pictures":false},
"lines":[{"seq":1,"at":"2026-11-18T04:00:02+00:00","kind":"run","code":"NEEDS_REVIEW","run":"20261118-old",
"automation":null,"params":{}}],
"runs":[{"run":"20261118-old","seq":2,"automation":"clinic-morning-sync","title":"Clinic morning sync",
"place":"main","business_date":"2026-11-18","period_first":"2026-11-17","period_last":"2026-11-17",
"state":"NEEDS_REVIEW","created_at":"2026-11-18T04:00:00+00:00","by":"schedule","rehearsal":false,"reason":null,
"started_at":"2026-11-18T04:00:01+00:00","ended_at":null,"deadline_at":"2026-11-18T07:00:00+00:00",
"noun":["claim","claims"],"records":{"total":3},"totals":[],"tasks":[],"versions":{},"forecast":null}],
"reviews":[{"item":1,"seq":3,"run":"20261118-old","question":"element_missing",
"params":{"site":"meridian","element":"export"},"answers":["accept_repair","retry","stop"],
"created_at":"2026-11-18T04:00:02+00:00","version":1,"task":"billing","ordinal":null,"answer":null,"by":null,
"answered_at":null}],
"duties":[],"outcomes":[],
"agenda":{"owned":[{"automation":"clinic-morning-sync","place":"main","title":"Clinic morning sync",
"scheduled":true,"paused_by":null,"upcoming":[]}]},"audit":null}"""
