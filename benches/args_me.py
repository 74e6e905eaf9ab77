#!/usr/bin/env python3
"""Writes a file in the format of the args.me corpus, of as many arguments as are wanted.

    benches/args_me.py COUNT [--lines] [--seed SEED] > arguments.json

The file has what makes the corpus hard to import: about seven arguments a topic, which lie scattered
over a third of the file; texts of several sentences whose words are as unevenly common as those of a
language (Zipf); the whole text of the page that an argument was found on, with the offsets of its
premise and of its conclusion in code points; both schemas of the context, one argument in ten in that
of v1.0; and some noise: premises that say "Done.", offsets that lead elsewhere, premises that are not
on their page. 400,000 arguments are about 900 MB.

It needs Python 3 and nothing else, and holds no more than the topics that are open. The same count
and seed give the same file, byte for byte. With `--lines` each line is an argument; else the file is
one object with the list `arguments`.
"""

import argparse
import itertools
import json
import random
import sys

SYLLABLES = (
    "ba be bi bo bu da de di do du fa fe fi fo ga ge go ha he ho ka ke ki ko la le li lo lu ma me "
    "mi mo mu na ne ni no nu pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo"
).split()
COMMON = (
    "the of and to a in is that it for be not are this with as they you on have would should was "
    "can people if more or by we will there what but from an their one all has because no"
).split()
WORDS = 20_000
DOMAINS = ["debate.org", "debatepedia", "debatewise", "idebate"]
TOPIC_SIZE = 7


class Words:
    """Words by how common they are: the n-th is met as often as 1/n."""

    def __init__(self, rng):
        made = dict.fromkeys(COMMON)
        while len(made) < WORDS:
            made["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))] = None
        self.words = list(made)
        self.weights = list(itertools.accumulate(1 / n for n in range(1, WORDS + 1)))
        self.rng = rng

    def sentence(self, least, most):
        count = self.rng.randint(least, most)
        words = self.rng.choices(self.words, cum_weights=self.weights, k=count)
        if count > 10:
            words[count // 2] += ","
        return " ".join(words).capitalize()

    def text(self, sentences):
        ends = self.rng.choices(".?!", weights=[18, 1, 1], k=sentences)
        return " ".join(self.sentence(5, 20) + end for end in ends)


class Topic:
    """A topic with the page on which all its arguments stand."""

    def __init__(self, number, words, rng):
        self.title = f"{words.sentence(3, 7)} ({number})"
        self.source = f"{rng.getrandbits(32):08x}"
        self.domain = rng.choice(DOMAINS)
        self.is_old = rng.random() < 0.1
        self.left = rng.randint(1, 2 * TOPIC_SIZE - 1)
        # Most pages debate the title itself, some a few conclusions of their own.
        self.conclusions = [self.title]
        if rng.random() < 0.3:
            self.conclusions += [words.sentence(4, 9) + "." for _ in range(2)]
        self.index = 0

    def page(self, premise, conclusion, words):
        """The text of a page, and where the premise and the conclusion stand in it."""
        head = f"DEBATES OPINIONS FORUMS POLLS \u00b7 My Debates {conclusion} "
        text = head + words.text(6) + " Round 1 Pro: "
        start = len(text)
        text += premise + " Report this Argument " + words.text(5) + " \u00a9 All rights reserved. "
        at = head.index(conclusion)
        return text, (start, start + len(premise) + 1), (at, at + len(conclusion))

    def argument(self, words, rng):
        self.left -= 1
        self.index += 1
        conclusion = rng.choice(self.conclusions)
        premise = "Done." if rng.random() < 0.002 else words.text(rng.choice([1, 2, 3, 5, 8, 12]))
        url = f"https://www.{self.source}.example/debates/{self.index}/"
        if self.is_old:
            name = f"{self.source}-2019-04-17T11:47:34Z"
            identity = f"{name}-{self.index:05}-000"
            context = {
                "sourceId": name,
                "previousArgumentInSourceId": "",
                "acquisitionTime": "2019-04-17T11:47:34Z",
                "discussionTitle": self.title,
                "sourceTitle": f"Debate: {self.title}",
                "sourceUrl": url,
                "nextArgumentInSourceId": f"{name}-{self.index + 1:05}-000",
            }
            said = {"text": premise}
        else:
            identity = f"S{self.source}-A{rng.getrandbits(32):08x}"
            text, (start, end), (from_, to) = self.page(premise, conclusion, words)
            if rng.random() < 0.01:
                start, end = start // 2, end // 2
            if rng.random() < 0.005:
                text = text.replace(premise, premise[::-1])
            context = {
                "aspects": [{"name": "Law", "weight": 1, "normalizedWeight": 1, "rank": 1}],
                "sourceId": f"S{self.source}",
                "sourceTitle": f"Debate: {self.title}",
                "sourceUrl": url,
                "sourceDomain": self.domain,
                "sourceText": text,
                "sourceTextConclusionStart": from_,
                "sourceTextConclusionEnd": to,
                "sourceTextPremiseStart": start,
                "sourceTextPremiseEnd": end,
                "topic": self.title,
                "acquisitionTime": "2019-04-18T17:49:41Z",
                "mode": "discussion",
            }
            said = {"text": premise, "annotations": []}
        said["stance"] = rng.choice(["PRO", "CON"])
        return {"id": identity, "conclusion": conclusion, "premises": [said], "context": context}


def arguments(count, rng):
    """Arguments one by one, each of any of the topics that are open."""
    words = Words(rng)
    open_topics = []
    most_open = max(1, count // (3 * TOPIC_SIZE))
    numbers = itertools.count(1)
    for _ in range(count):
        while len(open_topics) < most_open:
            open_topics.append(Topic(next(numbers), words, rng))
        at = rng.randrange(len(open_topics))
        topic = open_topics[at]
        yield topic.argument(words, rng)
        if topic.left == 0:
            open_topics[at] = open_topics[-1]
            open_topics.pop()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, metavar="COUNT", help="how many arguments")
    parser.add_argument("--lines", action="store_true", help="an argument on each line")
    parser.add_argument("--seed", type=int, default=1, help="for another file of the same kind")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    out = sys.stdout.write
    if not options.lines:
        out('{"arguments":[')
    for index, argument in enumerate(arguments(options.count, random.Random(options.seed))):
        if index > 0 and not options.lines:
            out(",")
        out(json.dumps(argument, ensure_ascii=False, separators=(",", ":")))
        if options.lines:
            out("\n")
    if not options.lines:
        out("]}\n")


if __name__ == "__main__":
    main()
