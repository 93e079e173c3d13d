-- Sheets of calls, of the year before an instant, with all that they may say: by whom ($1), how many ($2), until when ($3), of which
-- territories ($4: four, one drawn for each).
with lists as (
    select array['medecin-generaliste', 'autre-ville', 'etablissement-sanitaire', 'esms', 'social', 'protection-sociale', 'usager', 'autre'] as requesters,
           array['information', 'orientation', 'appui-coordination', 'appui-organisation', 'hors-territoire'] as answers,
           array['personnes-agees', 'sante-mentale', 'handicap', 'precarite', 'autre', null] as subjects,
           array['0-25', '26-59', '60-74', '75-plus', 'non-precise', null] as ages,
           array['92007', '92002', '92023', '92036', '31555', 'sans-domicile', 'inconnu', null] as homes,
           array['telephone', 'telephone', 'courriel', 'messagerie-securisee', 'accueil-physique', 'site', null] as channels
), call_of as (
    select number, $3::timestamptz - random() * interval '365 days' as opened_at, random() as ended, random() as answered,
           ceil(random() * 8)::int as requester, ceil(random() * random() * 5)::int as answer, ceil(random() * 6)::int as subject,
           ceil(random() * 6)::int as age, ceil(random() * random() * 8)::int as home, ceil(random() * 7)::int as channel,
           floor(random() * 900)::int as seconds, floor(random() * 4)::int as whose, random() < 0.1 as unmet, random() < 0.2 as recall
    from generate_series(1, $2::int) as number
)
insert into call (id, account, territory, opened_at, touched_at, seconds, closed_at, discarded_at, query, need, home, subject, age_band,
                  requester, channel, answer, unmet, recall, recall_due, recalled_at, answered_at, version, last_sent)
select gen_random_uuid(), $1::uuid, ($4::text[])[whose + 1], opened_at, opened_at, seconds,
       case when ended < 0.95 then opened_at + ended * interval '3 hours' end,
       case when ended between 0.93 and 0.97 then opened_at + interval '2 hours' end,
       'équipe mobile de gériatrie bagneux 82 ans', 'équipe mobile de gériatrie à domicile, personne âgée confuse', homes[home], subjects[subject], ages[age],
       requesters[requester], channels[channel], answers[answer], unmet, recall, opened_at + interval '48 hours',
       case when recall and answered < 0.8 then opened_at + answered * interval '96 hours' end,
       case when ended >= 0.95 then null
            when not recall then opened_at + ended * interval '3 hours'
            when answered < 0.8 then opened_at + answered * interval '96 hours' end,
       1, gen_random_uuid()
from call_of, lists
