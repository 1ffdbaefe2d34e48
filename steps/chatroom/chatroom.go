// Package chatroom is the vocabulary of rooms in which a few people talk over HTTP, and in
// which a submission's own clients and server talk to each other, through taps.
//
// How the programs are started is found out first (starting.go, calibration.go), and how a
// client says what its user types (script.go): whoever else is needed repeats that (other.go).
// What a user does at a client stands in room.go, what is looked for of a message in
// messages.go and times.go, in the server's log in log.go, in what is handed in in handin.go.
package chatroom

import (
	"net/netip"
	"time"

	"github.com/chatspec/chatspec/fixtures/stage"
	"github.com/chatspec/chatspec/fixtures/tap/httpwire"
	"github.com/chatspec/chatspec/steps"
)

// Vocabulary is the sentences of rooms over HTTP.
func Vocabulary() steps.Vocabulary {
	return steps.Vocabulary{
		Name:      "chatroom",
		Protocol:  httpwire.Protocol,
		Sentences: sentences(),
		Begin:     func(run *stage.Run, _ steps.Services) steps.Session { return begin(run) },
	}
}

// The assignment's names for what is judged.
const (
	serverProgram = "server"
	clientProgram = "client"
)

// A world is what one scenario's sentences share.
type world struct {
	*steps.World
	session *session

	addr   netip.AddrPort            // where the server should listen
	links  map[string]netip.AddrPort // where users reach it
	others map[string]*other         // whom the harness plays
	sent   map[string][]string       // what each has said of many messages, in order
	all    int                       // where in the journal all were in the room
	fifth  string                    // when the fifth was refused, if that was so; nothing, where nobody tried
}

// Open implements steps.Session.
func (s *session) Open(w *steps.World) any { return s.open(w) }

// moment is what is given to a program to end. Longer waits of its own are for what others say, and
// mean nothing.
const moment = time.Second

func (s *session) open(w *steps.World) *world {
	w.Longest = moment
	return &world{World: w, session: s, links: map[string]netip.AddrPort{}, others: map[string]*other{}, sent: map[string][]string{}}
}

func sentences() []steps.Sentence {
	const (
		name    = `"([^"]*)"`
		another = `"([^"]+)", who has a program of (?:his|her) own, `
	)
	return []steps.Sentence{
		// the server
		steps.Say(`^the server starts$`, (*world).serverStarts),
		steps.Say(`^the server listens for clients$`, (*world).listensForClients),
		steps.Say(`^the server is running$`, (*world).isRunning),
		steps.Say(`^the server is killed, and started again$`, (*world).isStartedAgain),
		steps.Say(`^somebody connects to the server, and says nothing$`, (*world).isSilent),

		// who comes, and who leaves
		steps.Say(`^`+steps.Names+` (?:is|are) in the room$`, (*world).areIn),
		steps.Say(`^`+name+` joins$`, (*world).joins),
		steps.Say(`^`+name+` joins without a message to `+name+`$`, (*world).joinsWithoutMessage),
		steps.Say(`^`+steps.Names+` come, and then give their names in turn$`, (*world).comeAndGiveNames),
		steps.Say(`^`+name+` tries to join$`, (*world).triesToJoin),
		steps.Say(`^`+name+` tries to join as `+name+`$`, (*world).triesToJoinAs),
		steps.Say(`^`+name+` then gives the name `+name+`$`, (*world).givesName),
		steps.Say(`^`+name+` joins as `+name+`$`, (*world).joinsAs),
		steps.Say(`^`+name+` types `+steps.Line+`, if she can$`, (*world).typesIfPossible),
		steps.Say(`^`+name+` is killed$`, (*world).isKilled),
		steps.Say(`^`+name+` leaves by :quit$`, (*world).quits),
		steps.Say(`^`+name+` leaves by :quit without a message to `+name+`$`, (*world).quitsWithoutMessage),
		steps.Say(`^`+name+` has left$`, (*world).hasLeft),

		// windows
		steps.Say(`^the server shows a window$`, (*world).serverShowsWindow),
		steps.Say(`^`+name+` shows a window$`, (*world).clientShowsWindow),
		steps.Say(`^`+name+` types `+steps.Line+` into (?:his|her) window$`, (*world).typesInWindow),
		steps.Say(`^`+name+` reads `+name+` in (?:his|her) window$`, (*world).readsInWindow),
		steps.Say(`^the window of `+name+` closes$`, (*world).windowCloses),
		steps.Say(`^`+name+` types (\d+) messages, one after the other$`, (*world).typesMany),
		steps.Say(`^the window of `+name+` answers$`, (*world).windowAnswers),

		// what they say to each other
		steps.Say(`^`+name+` speaks HTTP with the server$`, (*world).speaksHTTP),
		steps.Say(`^all requests of `+name+` are about /log\.txt$`, (*world).asksForLog),
		steps.Say(`^`+name+` reaches `+steps.Names+`$`, (*world).reaches),
		steps.Say(`^`+name+` has not reached `+steps.Names+`$`, (*world).hasNotReached),
		steps.Say(`^no message `+name+` has come to `+steps.Names+`$`, (*world).hasNotCome),
		steps.Say(`^no message `+name+` of `+name+` has come to `+steps.Names+`$`, (*world).hasNotComeFrom),
		steps.Say(`^`+name+` sees `+name+` once$`, (*world).seesOnce),
		steps.Say(`^`+name+` sees `+name+` again$`, (*world).seesAgain),
		steps.Say(`^`+name+` sees it whole$`, (*world).seesWhole),
		steps.Say(`^`+name+` sees `+name+` as NAME:\(M:SS\)-MESSAGE$`, (*world).seesForm),
		steps.Say(`^`+name+` sees that it was `+name+` who said `+name+`$`, (*world).seesAuthor),
		steps.Say(`^`+name+` sees `+name+` with the time since `+name+`$`, (*world).seesTimeSince),
		steps.Say(`^`+name+` sees `+name+` with the time since `+name+`, or since `+name+`$`, (*world).seesTimeSinceEither),

		// others, whom the harness plays
		steps.Say(`^`+another+`tries to join$`, (*world).otherJoins),
		steps.Say(`^`+another+`listens in the room$`, (*world).otherListens),
		steps.Say(`^`+another+`is in the room, and `+name+` hears her$`, (*world).otherIsHeard),
		steps.Say(`^`+name+` says `+name+` with her program, if she can$`, (*world).otherSays),
		steps.Say(`^`+name+`, who has a program of her own and reads nothing, is in the room$`, (*world).otherReadsNothing),
		steps.Say(`^`+name+` breaks off her connection$`, (*world).breaksOff),
		steps.Say(`^`+another+`sends half a request$`, (*world).sendsHalf),
		steps.Say(`^`+name+` says `+name+` with her program, by ([A-Z]+)$`, (*world).otherSaysBy),
		steps.Say(`^`+name+` says `+name+` with her program, in small pieces$`, (*world).saysInPieces),
		steps.Say(`^`+name+` says `+steps.Names+` with her program, in one go$`, (*world).saysInOneGo),
		steps.Say(`^`+name+` says more than is kept for who does not read, in messages of (\d+) letters with her program$`, (*world).saysTooMuch),
		steps.Say(`^(\d+) others try to join at once, and leave$`, (*world).manyAtOnce),
		steps.Say(`^somebody sends the server (.+), and goes away$`, (*world).sendsBadly),
		steps.Say(`^(\d+) others come and go, one after the other$`, (*world).manyComeAndGo),

		// many messages
		steps.Say(`^`+steps.Names+` each type (\d+) messages$`, (*world).eachTypes),
		steps.Say(`^all of them reach `+steps.Names+`$`, (*world).allReach),
		steps.Say(`^`+steps.Names+` are sent them in the same order$`, (*world).inSameOrder),

		// the log
		steps.Say(`^log\.txt holds all of them$`, (*world).logHoldsAll),
		steps.Say(`^log\.txt holds `+steps.Names+`$`, (*world).logHolds),
		steps.Say(`^it holds `+steps.Names+` still$`, (*world).logHoldsStill),
		steps.Say(`^log\.txt holds `+steps.Names+`, in this order$`, (*world).logHoldsInOrder),

		// what is handed in
		steps.Say(`^the submission has a file called `+name+`, with a program in it$`, (*world).hasProgramFile),
		steps.Say(`^`+name+` defines a class$`, (*world).definesClass),
	}
}
