"""What a field costs, in units of about 6 microseconds: what it takes to resolve one plain field on one core.

A test holds every name here against the schema, and demands a price for every mutation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What a field costs by itself, and how often what is asked below it is resolved.

    `own`: units. `each`: units for each item, whatever is asked of it. `times`: how many items it gives if no argument
    says so. `sized_by`: arguments that say how many, a number or a list of what is wanted. `once`: a plain field beside
    the items of its page, whose number does not matter to it. `searching`: units on top if one of the arguments of
    `searched_by` asks for more than the list as it is kept. `reading`: units for each item that the arguments of `read_by`
    list, whatever comes of it.
    """

    own: float = 1
    each: float = 0
    times: float = 1
    sized_by: tuple[str, ...] = ()
    once: bool = False
    searching: float = 0
    searched_by: tuple[str, ...] = ()
    reading: float = 0
    read_by: tuple[str, ...] = ()


#: What those arguments ask nothing more with: null, no text, no states, and the order that the list is kept in.
KEPT_AS_IT_IS = (None, "", (), "NEWEST")

#: A field that is not in the table. One that gives a list of objects is taken for ten of them.
PLAIN = Cost()
PLAIN_LIST = Cost(times=10)

#: A round trip to Redis, with what Python does around it.
_ASK = 50
#: A change, which other people's places and subscribers follow.
_CHANGE = 200

COSTS = {
    "Query.job": Cost(_ASK),
    "Query.node": Cost(_ASK),
    "Query.nodes": Cost(_ASK, each=_ASK, times=10, sized_by=("ids",)),
    # Searched or sorted it is read as a whole, however few are wanted: 9 ms for 2,000 jobs, as many as a viewer may have.
    "Query.jobs": Cost(
        3 * _ASK,
        times=20,
        sized_by=("first",),
        searching=1500,
        searched_by=("states", "search", "orderBy"),
    ),
    "Query.queue": Cost(_ASK),
    "Queue.slots": Cost(times=4),
    # A viewer has 20 by default.
    "Query.apiTokens": Cost(_ASK, times=20),
    # A job has 20 by default.
    "Query.shareLinks": Cost(_ASK, times=20),
    "Query.sharedVideo": Cost(2 * _ASK),
    # Their number is the connection's.
    "JobConnection.edges": Cost(),
    # A question to Redis, which looks at each job of the list once a minute and not for each who asks: 2,000 take it 1 ms.
    "JobConnection.totalCount": Cost(2 * _ASK, once=True),
    "Job.progress": Cost(10),
    "Playback.tickets": Cost(100, times=32),
    "Playback.initSegment": Cost(100),
    "Tickets.tickets": Cost(times=32),
    # A decoder, a file and 20 MB pass through it.
    "Mutation.uploadImage": Cost(1000),
    # Its picture, a megabyte or two, is read and written.
    "Mutation.makeAnother": Cost(2 * _CHANGE),
    "Mutation.cancelJob": Cost(_CHANGE),
    "Mutation.retryJob": Cost(_CHANGE),
    "Mutation.moveJob": Cost(_CHANGE),
    "Mutation.deleteJob": Cost(_CHANGE),
    "Mutation.deleteJobs": Cost(_CHANGE, each=50, times=10, sized_by=("ids",)),
    "Mutation.keepJob": Cost(_CHANGE),
    "Mutation.createApiToken": Cost(_CHANGE),
    "Mutation.revokeApiToken": Cost(_CHANGE),
    "Mutation.createShareLink": Cost(_CHANGE),
    "Mutation.revokeShareLink": Cost(_CHANGE),
    # Elliptic curves, and a ticket for each segment.
    "Mutation.openPlayback": Cost(1000),
    "Mutation.openSharedPlayback": Cost(1000),
    # It may wait for 20 seconds.
    "Mutation.playbackTickets": Cost(1000),
    # Each event costs what is asked for; beginning and ending it is a change.
    "Subscription.jobProgress": Cost(_CHANGE),
    # The first hundred that stand are read, 25 us each; what is known is looked up, and may be told to be gone.
    "Subscription.viewerJobs": Cost(_CHANGE + 400, reading=5, read_by=("known",)),
    "Subscription.queueChanged": Cost(_CHANGE),
}

#: Mutations and subscriptions that nobody has priced.
UNPRICED = {"Mutation": Cost(_CHANGE), "Subscription": Cost(_CHANGE)}

#: How many there are of each on average in a schema like this one; `__Schema.types` is counted by the pass itself.
#: `ofType` is null for every second type. With these, the price of the usual introspection query is near its time.
INTROSPECTION = {
    "__Schema.directives": Cost(times=6),
    "__Type.fields": Cost(times=6),
    "__Type.interfaces": Cost(times=0.5),
    "__Type.possibleTypes": Cost(times=0.5),
    "__Type.inputFields": Cost(times=0.2),
    "__Type.enumValues": Cost(times=1),
    "__Type.ofType": Cost(times=0.5),
    "__Field.args": Cost(times=0.5),
    "__Directive.args": Cost(times=1),
    "__Directive.locations": Cost(),
}
