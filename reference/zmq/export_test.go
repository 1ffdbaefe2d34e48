package zmq

// Audience returns how many have subscribed to a topic.
func (p *Pub) Audience(topic string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for s := range p.subscribers {
		if s.wants(topic) {
			count++
		}
	}
	return count
}
