"""Conversations and small templates on which this program is compared with Jinja, and Jinja's output."""
import copy
import json

from transformers.utils.chat_template_utils import _compile_jinja_template

BOS, EOS = "<s>", "</s>"

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather at a place, \"now\" or later.\nIn °C.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "The city, e.g. 서울"},
                "days": {"type": "integer", "description": "How many days", "default": 1, "minimum": 1},
                "unit": {"type": "string", "description": "", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["city"],
        },
    },
}
SEARCH = {
    "type": "function",
    "function": {
        "name": "search_rooms",
        "description": "Rooms that are free.",
        "parameters": {
            "type": "object",
            "properties": {
                "floors": {"type": "array", "items": {"type": "integer"}, "description": "Floors <1-9>"},
                "filter": {
                    "type": "object",
                    "description": "What the room has",
                    "properties": {"seats": {"type": "number"}, "quiet": {"type": "boolean"}},
                    "required": ["seats"],
                    "additionalProperties": {"type": "string"},
                },
            },
            "required": ["floors", "filter"],
        },
        "return": {"type": "array", "description": "Names"},
    },
}
TOOLS = [WEATHER, SEARCH]


def call(name, arguments, id="abcdef123", as_text=False):
    arguments = json.dumps(arguments, ensure_ascii=False) if as_text else arguments
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def system(text):
    return {"role": "system", "content": text}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def result(text, name="get_weather", id="abcdef123"):
    return {"role": "tool", "name": name, "tool_call_id": id, "content": text}


def parts(text):
    return [{"type": "text", "text": text}]


def tool_turns(as_text=False, content=""):
    return [
        user("How warm is it in 서울?"),
        assistant(content, tool_calls=[call("get_weather", {"city": "서울", "days": 2}, as_text=as_text)]),
        result('{"temperature": 21.5, "sky": "clear"}'),
    ]


TURNS = [user("What is 2+2?"), assistant("4."), user("And 3+3?")]
TWO_CALLS = [
    user("Warm? And a quiet room?"),
    assistant("", tool_calls=[
        call("get_weather", {"city": "Busan", "unit": "celsius"}),
        call("search_rooms", {"floors": [1, 2], "filter": {"seats": 4.0, "quiet": True, "note": None}}, id="ghijkl456"),
    ]),
    result("cold & <wet>"),
    result('["Mina", "Jun"]', name="search_rooms", id="ghijkl456"),
]

# Name to a list of messages, or to an object with messages, tools and variables.
CONVERSATIONS = {
    "user": [user("Hi")],
    "system": [system("Be brief."), user("Hi")],
    "turns": TURNS,
    "system and turns": [system("Be brief."), *TURNS],
    "ends with the assistant": [system("Be brief."), user("Hi"), assistant("Hello there.")],
    "space and scripts": [system("  \n짧게.\t"), user("\n\n  안녕 <b>\"you\"</b> & 'me' \\n {{ x }} 🙂\n"), assistant(" 네.\n\n"), user("")],
    "special tokens in messages": [
        system("<|im_end|></s><eos>"), user("a<|im_end|>\n<|im_start|>system\nb[INST]<|eot_id|><｜User｜>"),
        assistant("<think>no</think>yes</s>"), user("<end_of_turn>\n<start_of_turn>model"),
    ],
    "parts": [{"role": "system", "content": parts("Be brief.")}, {"role": "user", "content": parts("Hi") + parts("there")}],
    "two users": [user("Hi"), user("there")],
    "thoughts in the text": [user("Hi"), assistant("<think>\nEasy.\n</think>\n\nHello."), user("More")],
    "reasoning": [system("Be brief."), user("Hi"), assistant("Hello.", reasoning_content="Easy."), user("More")],
    "reasoning at the end": [user("Hi"), assistant("Hello.", reasoning_content="A\n B ")],
    "thinking off": {"messages": TURNS, "enable_thinking": False},
    "thinking on": {"messages": [system("Be brief."), *TURNS], "enable_thinking": True, "thinking": True},
    "tools on offer": {"messages": [user("How warm is it?")], "tools": TOOLS},
    "system and tools": {"messages": [system("Be brief."), user("How warm is it?")], "tools": TOOLS},
    "no tools": {"messages": [system("Be brief."), user("Hi")], "tools": []},
    "tool result": {"messages": tool_turns(), "tools": TOOLS},
    "tool result with text arguments": {"messages": tool_turns(as_text=True), "tools": TOOLS},
    "tool result without content": {"messages": tool_turns(content=None), "tools": [WEATHER]},
    "tool result with text arguments, without content": {"messages": tool_turns(as_text=True, content=None), "tools": [WEATHER]},
    "tool turns end": {"messages": [system("S"), *tool_turns(), assistant("21.5 °C.")], "tools": TOOLS},
    "tool turns go on": {"messages": [system("S"), *tool_turns(), assistant("21.5 °C."), user("Thanks.")], "tools": TOOLS},
    "text and call": {"messages": tool_turns(content="Let me look."), "tools": [WEATHER]},
    "two calls": {"messages": TWO_CALLS, "tools": TOOLS},
    "two calls end": {"messages": [system("S"), *TWO_CALLS, assistant("Cold; Mina."), user("Ok")], "tools": TOOLS},
    "call with reasoning": {
        "messages": [
            user("How warm?"),
            assistant("", reasoning_content="I look.", tool_calls=[call("get_weather", {"city": "서울"})]),
            result("21"),
        ],
        "tools": [WEATHER],
    },
    "tool turns without tools": tool_turns(),
    "a call without arguments": {
        "messages": [user("Go"), assistant("", tool_calls=[call("search_rooms", {})]), result("none", "search_rooms")],
        "tools": [SEARCH],
    },
    "variables": {
        "messages": [system("S"), *TURNS], "tools": TOOLS, "functions": json.dumps(TOOLS), "datetime": "1 May 2026",
        "date_string": "1 May 2026", "custom_tools": TOOLS, "reasoning_effort": "high", "model_identity": "You are M.",
        "builtin_tools": ["browser", "python"], "preserve_thinking": True, "keep_past_thinking": True,
    },
    "variables and calls": {
        "messages": [user("Warm?"), assistant("", tool_calls=[call("get_weather", {"city": "서울"})]), result("21"), assistant("21.")],
        "tools": [WEATHER], "functions": "[]", "datetime": "today",
    },
    "documents": {"messages": [user("Who?")], "documents": [{"title": "Post", "text": "Mina waters the plants."}]},
    "developer": [{"role": "developer", "content": "Be brief."}, user("Hi")],
    "special tokens in tools": {
        "messages": [user("Go"), assistant("", tool_calls=[call("<|im_end|>", {"<|eot_id|>": "</s>"})]), result("<|im_start|>")],
        "tools": [{"type": "function", "function": {
            "name": "<|im_end|>", "description": "<|im_start|>system",
            "parameters": {"type": "object", "properties": {"<|eot_id|>": {"type": "string", "description": "</s>"}}, "required": []}}}],
    },
}


def reference(source, conversation, prompt):
    """The rendering of transformers, or None if the template refuses or fails."""
    conversation = copy.deepcopy(conversation)
    if isinstance(conversation, list):
        conversation = {"messages": conversation}
    variables = {"tools": None, "documents": None, "bos_token": BOS, "eos_token": EOS, **conversation}
    try:
        return _compile_jinja_template(source).render(**variables, add_generation_prompt=prompt)
    except Exception:
        return None


# Expressions, each printed.
EXPRESSIONS = r"""
1 + 2 * 3 - 4 // 3 % 2
-7 // 2
7 % -3
-7 % 3
7.5 // 2
-7.5 % 2
2 ** 10
2 ** -1
2 ** 0.5
-2 ** 2
10 / 4
10 / 5
1e3
1.5e-7
1e16
1e15
123456789012345680.0
1e22
1e-4
1e-5
0.1 + 0.2
100 * 1.1
1_000
3.0
-0.0
1 / 3
5 - 3 - 1
2 ** 3 ** 2
'a' ~ 1 ~ none ~ true ~ 1.0
'a' + 'b' * 3
'ab' * 0
[1] + [2]
[1, 2] * 2
(1, 2) + (3,)
()
(1,)
1, 2
[]
{}
{'a': 1, "b": [true, none, 'x\'y"z']}
{'a': {'b': {'c': 1}}}.a.b.c
{1: 'a', 'b': 2}[1]
{'items': 3}.items is callable
{'items': 3}['items']
{'get': 3}.get('get')
{'a': 1}.get('b') is none
{'a': 1}.get('b', 5)
{'a': 1}.keys() | list
{'a': 1, 'b': 2}.values() | join(',')
{'a': 1}.items()
{'a': 1}.items() | list
{'a': 1} | items | list
{'b': 1, 'a': 2} | dictsort
{'b': 1, 'A': 2} | dictsort(true)
{'b': 1, 'a': 2} | dictsort(false, 'value', true)
{'a': 1}.update({'b': 2}) is defined
{'a': 1}.pop is defined
'abc'.upper is defined
'abc'.nope is defined
[1].append is defined
messages.x is defined
messages[99] is defined
messages[0]['role']
messages[-1].content
messages | length
messages | map(attribute='role') | join(', ')
messages | map(attribute='nope', default='d') | list
messages | selectattr('role', 'equalto', 'user') | list | length
messages | selectattr('role', '==', 'user') | map(attribute='content') | list
messages | rejectattr('role', 'in', ['user', 'system']) | list
messages | selectattr('nope') | list
messages | selectattr('role') | first
messages | selectattr('role', 'equalto', 'nobody') | first is defined
(messages | selectattr('role', 'equalto', 'nobody')) and 'always true'
messages | selectattr('role', 'equalto', 'nobody') | list | length > 0
messages | map('upper') | list is defined
['a', 'b'] | map('upper') | join
[1, 2, 3] | map('string') | join('-')
['1', 'x'] | map('int', 7) | list
[3, 1, 2] | sort
[3, 1, 2] | sort(reverse=true)
['b', 'A', 'c'] | sort
['b', 'A', 'c'] | sort(case_sensitive=true)
messages | sort(attribute='role') | map(attribute='role') | list
messages | groupby('role') | map(attribute='grouper') | list
(messages | groupby('role') | first).list | length
[1, 2, 2, 1] | unique | list
['a', 'A'] | unique | list
[1, 2, 3] | sum
[[1], [2]] | sum(start=[])
messages | sum(attribute='n', start=5) is defined
[1, 2, 3] | min
[1, 2, 3] | max
['b', 'A'] | min
[] | min is defined
[] | first is defined
[1, 2] | first
[1, 2] | last
'abc' | first
'abc' | last
'abc' | reverse
[1, 2, 3] | reverse | list
(1, 2) | reverse | list
'abc' | list
[1, 2, 3, 4, 5] | batch(2) | list
[1, 2, 3, 4, 5] | batch(2, 'x') | list
[1, 2, 3, 4, 5] | slice(2) | list
[1, 2, 3, 4, 5] | slice(3, 0) | list
[1, none, 0, 'x', ''] | select | list
[1, none, 0, 'x', ''] | reject | list
[1, 2, 3, 4] | select('odd') | list
[1, 2, 3, 4] | select('gt', 2) | list
[1, 2, 3, 4] | reject('divisibleby', 2) | list
none | selectattr('x') | list
none | map('upper') | list
none | default('d')
none | default('d', true)
nope | default
nope | default('d')
nope.x | default('d') if nope is defined else 'no'
'' | default('d', boolean=true)
0 | d('x', true)
'  a b '.strip() ~ '|'
'xxaxx'.strip('x')
'xyaxy'.lstrip('xy')
'xyaxy'.rstrip('yx')
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.rsplit(',', 1)
' a  b '.split()
'a b c'.split(' ', 1)
'a b c'.split(none, 1)
'a\nb\r\nc'.splitlines()
'a\nb\n'.splitlines(true)
'abc'.startswith('ab')
'abc'.startswith(('x', 'a'))
'abc'.endswith('bc')
'abcabc'.find('c')
'abcabc'.rfind('c')
'abc'.find('x')
'abc'.index('b')
'abcabc'.count('bc')
'abc'.replace('b', 'BB')
'aaa'.replace('a', 'b', 2)
'abc'.replace('', '-')
'a-b'.partition('-')
'ab'.partition('-')
'a-b-c'.rpartition('-')
'ab' .join(['1', '2'])
'hello world'.title()
"it's o'clock".title()
'hello world' | title
"it's (a) test-case" | title
'hELLO' | capitalize
'hELLO'.capitalize()
'Hi'.swapcase()
'ß'.upper()
'straße' | upper
'İ'.lower() | length
'ÀÉ' | lower
'abc'.isalpha()
'12'.isdigit()
'1a'.isalnum()
' '.isspace()
'AB'.isupper()
'aB'.islower()
'7'.zfill(3)
'-7'.zfill(4)
'a'.center(5) ~ '|'
'ab'.center(5, '*')
'abc'.center(6, '*')
'a'.ljust(3) ~ '|'
'a'.rjust(3, '0')
'a' | center(4) ~ '|'
'한국어'[1]
'한국어'[::-1]
'한국어' | length
'abcdef'[1:4]
'abcdef'[-3:]
'abcdef'[:-3]
'abcdef'[::2]
'abcdef'[10:]
'abcdef'[4:1:-1]
[1, 2, 3][1:]
[1, 2, 3][-1]
[1, 2, 3][::-1]
(1, 2, 3)[:2]
'a' in 'abc'
'x' not in 'abc'
1 in [1, 2]
'a' in {'a': 1}
1 in (1, 2)
1 < 2 < 3
1 < 3 < 2
1 == 1.0
true == 1
'a' == 'a' != 'b'
none == none
[1] == [1]
[1] == (1,)
{'a': 1} == {'a': 1.0}
'a' < 'b'
[1, 2] < [1, 3]
not true
not not 1
1 and 0 or 'x'
none or 'x'
'' or none
'a' if true
'a' if false
'a' if false else 'b' if false else 'c'
true
none
1.0 | int
'3' | int
'3.7' | int
'x' | int(9)
'0x1A' | int(0, 16)
'1e2' | float
'x' | float(1.5)
3 | float
3.7 | int
-3 | abs
-3.5 | abs
2.5 | round
3.5 | round
2.675 | round(2)
2.5 | round(0, 'ceil')
-2.5 | round(0, 'floor')
42.55 | round(1)
42 | round
'a' | string
1 | string ~ 2
'<a & b>' | e
"'\"" | escape
('<' | safe) + '<'
'<' + ('>' | safe)
('<' | safe) ~ '<'
'<' | e | e
'<' | e | forceescape
('a' | safe) | upper + '<'
'a b' | replace(' ', '_')
'aXbX' | replace('X', '-', 1)
'a\nb\n\nc' | indent
'a\nb\n\nc' | indent(2, true)
'a\nb\n\nc' | indent(2, blank=true)
'a\nb' | indent('> ')
'a\nb\n' | indent(2)
'one two three' | wordcount
'foo bar baz qux' | truncate(9)
'foo bar baz qux' | truncate(9, true)
'foo bar baz qux' | truncate(11)
'foo bar baz qux' | truncate(9, end='!', leeway=0)
'%s and %s' | format('a', 1)
'%s %d %5.2f|%-5s|%05d|%x|%%' % ('a', 3, 2.5, 'b', 42, 255)
'%(a)s-%(b)r' % {'a': 1, 'b': 'x'}
'%s' % [1, 2]
'%c' % 'x' if false else '%i' % 3.9
'{} {}'.format('a', 1)
'{0} {1} {0}'.format('a', 'b')
'{x}:{y}'.format(x=1, y='z')
'{{}} {}'.format(1)
'{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd')
'{:05d} {:+d} {:,} {:x} {:b}'.format(42, 7, 1234567, 255, 5)
'{:.2f} {:8.3f} {:.1%} {:e}'.format(3.14159, 2.5, 0.256, 12345.678)
'{!r} {!s}'.format('a', 'b')
'{a[b]} {l[0]}'.format(a={'b': 1}, l=[2])
'{:.2}'.format('abc')
{'a': 1.5, 'b': [1, 2], 'c': none, 'd': true} | tojson
{'a': '서울 "x" \\ \n\t </s>'} | tojson
{'a': '서울🙂'} | tojson(ensure_ascii=true)
{'b': 1, 'a': [1, {}]} | tojson(indent=2)
{'b': 1, 'a': 2} | tojson(sort_keys=true)
{'b': [1, 2]} | tojson(separators=(',', ':'))
[] | tojson(indent=4)
{} | tojson(indent=4)
[1e20, 1.0, -0.5, 1e-7] | tojson
'\u001f\u007f' | tojson
{1: 2, true: 3, none: 4, 1.5: 5} | tojson
(1, 2) | tojson
messages | tojson
messages[0]
[messages[0].content]
['a\nb', "it's", 'q"q', 'b\\c', '\u00e9', '\x01']
[1.0, none, true, 'x', (1,), {'a': ()}]
1 is number
1.0 is float
1 is integer
true is number
true is integer
true is boolean
'a' is string
'a' is sequence
{} is mapping
{} is sequence
[] is iterable
1 is iterable
{'a': 1}.items() is sequence
([1] | map('string')) is sequence
([1] | map('string')) is iterable
none is none
nope is undefined
nope is not defined
1 is odd
2 is even
9 is divisibleby 3
9 is divisibleby(2)
1 is eq 1
1 is ne 1
1 is lt 2
2 is ge 2
'a' is in ['a']
'a' is in 'abc'
1 is sameas 1
true is true
1 is true
false is false
'ABC' is upper
'abc' is lower
range is callable
'x' is filter or 'default' is filter
'upper' is filter
'odd' is test
range(3) | list
range(1, 10, 3) | list
range(5, 0, -2) | list
range(3) | length
dict(a=1, b=2)
dict({'a': 1}, b=2)
namespace(a=1).a
namespace({'a': 1}).a
[1, 2, 3] | join
[1, 2, 3] | join(', ')
messages | join(', ', attribute='role')
[[1, 2], [3]] | map('first') | list
[[1, 2], [3]] | map('join', '-') | list
[{'a': {'b': 1}}] | map(attribute='a.b') | list
[[5, 6]] | map(attribute=1) | list
'a' 'b' ~ 'c'
'\x41\u00e9\101'
"\t|\\|\'"
'a.b'.split('.')[1]
[1, [2, [3]]][1][1][0]
messages[0].content | trim | upper | length
(messages | first).role
messages[1:][0].role
messages[:1] + messages[1:] == messages
loop is defined
varargs is defined
'a' | upper | lower | title
'x' if messages else 'y'
'x' if not [] else 'y'
('a', 'b') | join
{'a': none}.a is none
{'a': none}.b is none
{'a': ''}.a | length
"a" "b"
1 if 0 else 2 if 0 else 3
'abc' | attr('upper') is defined
[true, false] | select('true') | list
['a', 1, none] | select('string') | list
[0, 1] | map('string') | map('upper') | list
'a' < 1 if false else 'skipped'
bos_token ~ eos_token
add_generation_prompt
tools is none
documents is none
tools is defined
'abcabc'.find('c', 3)
'abcabc'.find('c', -2, 5)
'abcabc'.find('a', 1, 3)
'abc'.find('', 3)
'abc'.find('', 4)
'안녕 하세요 안녕'.find('안', 1)
'안녕 하세요 안녕'.rfind('녕', 0, 7)
'abcabc'.rfind('bc', none, 5)
'abcabc'.index('b', 2)
'abcabc'.rindex('a', 0, 3)
'abcabc'.index('b', 5)
'aXaXa'.count('a', 1)
'aXaXa'.count('a', 1, -1)
'abc'.count('', 1)
'abc'.count('', 9)
'abc'.startswith('b', 1)
'abc'.startswith(('x', 'b'), 1, 2)
'abc'.startswith('', 4)
'abc'.endswith('b', 0, 2)
'abc'.endswith(('x', 'bc'), -2)
'abc'.startswith(['a'])
'abc'.startswith(('x', 1))
'abc'.startswith(('a', 1))
'abc'.find('a', '1')
'abc'.find('a', 1.0)
'abc'.find('a', start=1)
'abc'.find('a', 0, 1, 2)
[1, 2, 1, 3].index(1, 1)
[1, 2, 1, 3].index(1, -3, -1)
[1, 2].index(1, 1)
(1, 2, 1).index(1, 1)
(1, 2).copy()
[1, 2].count(1, 2)
[1, 2].index()
{'a': 1}.get('a', default=2)
{'a': 1}.get()
{'a': 1}.get('b', 2, 3)
{'a': 1}.keys(1)
'a b'.upper(1)
'a'.strip(1)
'a'.strip(chars='a')
'a b c'.split(maxsplit=1)
' a b  c '.rsplit(none, 1)
'a b c'.split(' ', '1')
'a b c'.split(limit=1)
'aaa'.replace('a', 'b', 2)
'aaa'.replace('a', 'b', none)
'aaa' | replace('a', 'b', none)
'a1b' | replace(1, 2)
'aaa' | replace('a', 'b', count=1)
'a,b'.partition(',', 1)
'ab'.join(['x', 1])
'ab'.join('xy')
'a'.center(5, 'xy')
'a'.center('5')
'a'.zfill(3.0)
'a\nb\r\nc\rd'.splitlines(true)
'a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i'.splitlines()
'a\u2028\u2028b\x85'.splitlines(keepends=true)
'a\x1fb'.splitlines()
'a\r\nb\x0cc' | indent(2)
'a\nb\n' | indent('> ', true)
'a\n\nb' | indent(width=1, blank=true, first=true)
'a\nb' | indent(wide=2)
'a\nb' | indent(1.5)
5 | indent
{'a': [1, {'b': none}]} | tojson(indent='\t')
{'a': [1]} | tojson(indent=0)
{'a': [1]} | tojson(indent=-1)
{'a': [1], 'b': {}} | tojson(false, '--', (',', '='))
{'b': 1, 'a': 'é'} | tojson(true, none, none, true)
[1, 2] | tojson(separators=(';', ':'))
[1, 2] | tojson(separators=';')
[1, 2] | tojson(separators=[1, 2])
[1, 2] | tojson(indent=1.5)
[1, 2] | tojson(default=1)
[1, 2] | tojson(1, 2, none, 4, 5)
'0x1f' | int(base=16)
'zz' | int(0, 36)
'0b11' | int(base=0)
'010' | int(base=0)
'1_000' | int
'1__0' | int(7)
'٣' | int
'1e3' | int
' 12 ' | int
'0x1f' | int
nope | int
nope | float
'1_0.5' | float
'infinity' | float
'0x1p3' | float
2.5 | round(0, 'even')
25 | round(-1)
15 | round(-1)
-25 | round(-1)
2.675 | round(2)
1234.5 | round(-2, 'floor')
-1.25 | round(1, method='ceil')
3.7 | round('1')
3.7 | round(digits=1)
'abcdef' | truncate(4, true, '')
'abc def ghi' | truncate(8, false, '!', 0)
'abc def ghi' | truncate(8, leeway=none)
'abc' | truncate('5')
'abc' | truncate(2, true, 1)
['b', 'a'] | sort(true)
['b', 'A'] | sort(case_sensitive=true)
['b', 'A'] | sort(reverse='x')
[{'n': 'b', 'v': 1}, {'n': 'a', 'v': 1}] | sort(attribute='v,n')
[{'v': 2}, {'n': 'a'}] | sort(attribute='n')
['a', 'A'] | unique(true) | list
[{'a': 1}] | unique | list
{'b': 1, 'a': 2} | dictsort(by='value', reverse=true)
{'b': 1, 'a': 2} | dictsort(by='size')
[1, 2] | sum(start=10)
[1, 2] | sum('x', 0, 1)
['a'] | sum(start='b')
[1, 2, 3] | batch(2, '-') | list
[1, 2, 3] | batch(size=2) | list
[1, 2, 3] | slice(2, fill_with='-') | list
['a'] | map('upper', 1) | list
[{}] | map(attribute='x', default=none) | list
[{}] | map(attribute='x', default=0) | list
[{}] | map(attribute='x', other=0) | list
[1, 2] | select('odd', 1) | list
[1, 2] | select('divisibleby', num=2) | list
['a', 'b'] | join(',', 'x', 1)
['a', 'b'] | first(1)
'a' | upper(1)
'a' | default('b', true, 1)
'' | default('b', boolean=true)
'%s' | format(1, a=2)
{'a': 1} | attr('a') is defined
{'a': 1} | attr('items') is callable
3 is divisibleby(num=3)
3 is divisibleby(3, 4)
3 is odd(1)
1 is in(seq=[1])
1 is eq(1, 2)
'ΑΣ ΟΔΟΣ'.lower()
'ΑΣ ΟΔΟΣ' | title
'ßŉẞıİ'.casefold()
'ǅa ß'.swapcase()
'²½一'.isnumeric()
'²'.isdigit()
'²'.isdecimal()
['\x85\u2028\u00a0é\u200b']
'%(a)s' % [1]
'%(b)s' % {'a': 1}
'%5%' % ()
'%-05d|%+ d' % (7, 7)
'{:5}|{:<05}'.format(true, 7)
'{:,x}'.format(5)
'{:.1}'.format(5)
'{:5}'.format(none)
dict([('a', 1), ('b', 2)], a=3)
dict([1])
dict({}, {})
range(stop=3) | list
[1] in {}
5.5 // 0.1
5.5 % 0.1
-7.5 // 2
-7.5 % 2
[1] < (2,)
2 ** 0.5
0 ** -1
"""

# Whole templates.
TEMPLATES = [
    "a\n{% if true %}\nb\n{% endif %}\nc\n",
    "  {% if true %}x{% endif %}  \n y",
    "a {%- if true -%} b {%- endif %} c",
    "a {%+ if true %} b {% endif +%}\n c",
    "{{ 'a' -}}   b   {{- 'c' }}",
    "a{# c #}\nb{#- c -#}  d",
    "{% raw %}{{ x }}{% endraw %}",
    "{%- raw -%}  {% x %}  {%- endraw -%}  y",
    "line\n\n",
    "{% for i in range(3) %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}",
    "{% for i in range(9) if i is odd %}{{ loop.index0 }}:{{ i }} {% endfor %}",
    "{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in {'a': 1} %}{{ k }}{% endfor %}",
    "{% for c in '한국' %}[{{ c }}]{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for i in [1, 2, 3] %}{{ loop.previtem }}-{{ i }}-{{ loop.nextitem }} {% endfor %}",
    "{% for i in [1, 1, 2] %}{{ loop.changed(i) }} {% endfor %}",
    "{% for i in [1, 2] %}{{ loop.cycle('a', 'b') }}{{ loop.revindex }}{{ loop.depth }}{% endfor %}",
    "{% for i in [[1, [2]], 3] recursive %}<{% if i is iterable %}{{ loop(i) }}{% else %}{{ i }}@{{ loop.depth }}{% endif %}>{% endfor %}",
    "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}",
    "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set ns = namespace(x=1) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% set x %}a{{ 1 }}b{% endset %}{{ x | upper }}",
    "{% set x | upper | trim %} ab {% endset %}[{{ x }}]",
    "{% set a, b = 1, 2 %}{{ b }}{{ a }}",
    "{% set (a, b) = [3, 4] %}{{ a + b }}",
    "{% set x = 1, 2 %}{{ x }}",
    "{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}|{{ f(1, c=3) }}|{{ f(b=5, a=4) }}",
    "{% macro f(a, b) %}{{ a }}{{ b is defined }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %}{{ caller() }}!{% endmacro %}{% call f() %}x{% endcall %}",
    "{% macro f() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) f() %}{{ a }}-{{ b }}{% endcall %}",
    "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro f(x) %}{% set x = x + 1 %}{{ x }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, a=3) }}",
    "{% macro f() %}{{ y }}{% endmacro %}{% set y = 1 %}{{ f() }}",
    "{% for i in [1] %}{% set y = 1 %}{% macro f() %}{{ y }}{% endmacro %}{{ f() }}{% endfor %}",
    "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}",
    "{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z is defined }}",
    "{% filter upper %}a{{ 'b' }}{% endfilter %}",
    "{% filter replace('a', 'b') | upper %}xax{% endfilter %}",
    "{% generation %}a{% endgeneration %}b",
    "{% if nope %}a{% elif 0 %}b{% elif 'x' %}c{% else %}d{% endif %}",
    "{% if messages[0].role == 'system' and messages | length > 1 %}y{% endif %}",
    "{% set g = [1, 2] | map('string') %}{% for i in g %}{{ i }}{% endfor %}{% for i in g %}{{ i }}{% endfor %}.",
    "{% set g = [1, 2, 3] | select %}{{ g | first }}{{ g | list }}",
    "{% if [] | select %}true{% endif %}",
    "{% set x = {'a': 1} %}{% set y = dict(x, b=2) %}{{ y }}{{ x }}",
    "{% for m in messages %}{{ m.role }}: {{ m.content | trim }}\n{% endfor %}",
    "{% for m in messages | reverse %}{{ loop.index }}{{ m['role'][0] }}{% endfor %}",
    "{%- for m in messages -%}\n  {{- m.role -}}\n{%- endfor -%}\n",
    "{% for g in messages | groupby('role') %}{{ g.grouper }}{{ g.list | length }}{{ g[0] }};{% endfor %}",
    "{{ raise_exception('no') }}",
    "{% if true %}{{ nope.x.y }}{% endif %}",
    "{{ nope + 1 }}",
    "{{ messages.append(1) }}",
    "{{ {}.update({}) }}",
    "{{ ''.__class__ }}",
    "{{ 1 / 0 }}",
    "{{ [] | map('upper') | length }}",
    "{{ [1] | map('string') | tojson }}",
    "{{ {'a': 1}.items() | tojson }}",
    "{{ 'a' + 1 }}",
    "{{ none | length }}",
    "{{ nope | length }}",
    "{% for i in none %}{% endfor %}",
    "{% for i in 3 %}{% endfor %}",
    "{% set a, b = [1] %}",
    "{{ 'a' | int + 'b' }}",
    "{{ {'a': 1} + {'b': 2} }}",
    "{{ messages[0].role.foo.bar }}",
    "{{ [1, 2] | join(attribute='x') }}",
    "{{ 'a'.nope() }}",
    "{{ '{}'.format() }}",
    "{{ '%d' % 'x' }}",
    "{{ '%s %s' % 'x' }}",
    "{{ '%s' % ('x', 'y') }}",
    "{{ 'abc'.index('x') }}",
    "{{ [3, 'a'] | sort }}",
    "{{ range(10 ** 9) }}",
    "{{ x }}{% set x = 1 %}{{ x }}",
    "{% set loop = 1 %}{{ loop }}",
    "{% for i in [1, 2] %}{% for j in [1, 2] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
    "{% set x = namespace() %}{% set x.a = [1] %}{% set x.a = x.a + [2] %}{{ x.a }}",
    "{{ 'a' }}{{ 'b' }}\n{{ 'c' }}\n",
    "\n\n{{ 'a' }}\n\n",
    "\t{% if 1 %}\ta\t{% endif %}\tb",
    "{{- '' -}}\n\n  x",
    "a\r\nb\rc",
    "{{ \"{{ 'x' }}\" }}",
    "{% set x = '%}' %}{{ x }}",
    "{{ {'a': {'b': 1}}['a']['b'] }}}}",
    "{{ 'é' ~ '\u00e9' }}",
]
CASES = [f"{{{{ {line} }}}}" for line in EXPRESSIONS.strip().splitlines()] + TEMPLATES
