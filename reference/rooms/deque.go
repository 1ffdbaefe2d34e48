package rooms

// A deque is a queue with two ends, which holds messages: the latest at its left, the one that has
// waited longest at its right.
type deque struct {
	fromRight []*ChatMessage
}

// appendLeft puts a message into the left end.
func (d *deque) appendLeft(m *ChatMessage) { d.fromRight = append(d.fromRight, m) }

// pop takes the message at the right end; nil, if there is none.
func (d *deque) pop() *ChatMessage {
	if len(d.fromRight) == 0 {
		return nil
	}
	m := d.fromRight[0]
	d.fromRight = d.fromRight[1:]
	return m
}
