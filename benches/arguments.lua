-- Arguments for wrk to post, in the made-up words of search_data.sql, as frequent as words are:
--     wrk -t 2 -c 8 -d 10 -s benches/arguments.lua http://127.0.0.1:8080 -- KEY TOPICS
-- A claim has 6 to 16 words; of five arguments, three have a body of 30 to 90 words.
local consonants, vowels = "bdfgklmnprtvz", "aou"
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(given)
  math.randomseed(os.time() + number * 7919)
  key, topics = given[1], tonumber(given[2])
end

local function letter(letters, at)
  return letters:sub(at + 1, at + 1)
end

-- The nth commonest word.
local function word(n)
  local syllables = ""
  for s = 0, 3 do
    syllables = syllables
      .. letter(consonants, math.floor(n * 7919 / 13 ^ s) % 13)
      .. letter(vowels, math.floor(n / 3 ^ s) % 3)
  end
  return syllables .. letter(consonants, n % 13) .. "o"
end

local function words(count)
  local chosen = {}
  for at = 1, count do
    chosen[at] = word(math.floor(math.exp(math.random() * math.log(40000))))
  end
  return table.concat(chosen, " ")
end

function request()
  local body = math.random(5) <= 3 and words(math.random(30, 90)) or ""
  local argument = string.format('{"claim":"%s","body":"%s"}', words(math.random(6, 16)), body)
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. key }
  return wrk.format("POST", "/v1/topics/topic-" .. math.random(topics) .. "/arguments", headers, argument)
end
