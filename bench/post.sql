BEGIN;
UPDATE workspaces_conversation SET last_seq = last_seq + 1, last_event = last_event + 1, last_message_at = now() WHERE id = :conversation RETURNING last_seq AS seq, last_event AS event \gset
INSERT INTO messaging_message (id, conversation_id, seq, type, sender_user_id, is_automation, content, language, translation_status, skip_translation, revision, reply_count, attachment_count, reaction_count, mentions, created_at) VALUES (gen_random_uuid(), :conversation, :seq, 'text', :user, false, 'A line of the benchmark', 'en', 'completed', false, 1, 0, 0, 0, '[]', now()) RETURNING id AS message \gset
INSERT INTO messaging_messagetranslation (message_id, language, state, revision, text, engine, reason, attempts, due_at, created_at) VALUES (:message, 'th', 'ready', 1, 'a', 'bench', '', 0, now(), now()), (:message, 'ja', 'ready', 1, 'b', 'bench', '', 0, now(), now()), (:message, 'id', 'ready', 1, 'c', 'bench', '', 0, now(), now());
INSERT INTO workspaces_event (stream_id, seq, kind, data, created_at) VALUES (:conversation, :event, 'message.created', '{}', now());
INSERT INTO workspaces_readmark (user_id, conversation_id, last_read_seq) VALUES (:user, :conversation, :seq) ON CONFLICT (user_id, conversation_id) DO UPDATE SET last_read_seq = EXCLUDED.last_read_seq WHERE workspaces_readmark.last_read_seq < EXCLUDED.last_read_seq;
COMMIT;
