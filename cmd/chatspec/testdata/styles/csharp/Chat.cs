using System.Net; using System.Net.Sockets;
class Chat { static void Main(string[] a) { var l = new TcpListener(IPAddress.Loopback, int.Parse(a[1])); l.Start(); while (true) l.AcceptSocket(); } }
