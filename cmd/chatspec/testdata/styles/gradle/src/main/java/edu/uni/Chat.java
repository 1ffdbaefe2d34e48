package edu.uni;
public class Chat {
    public static void main(String[] args) throws Exception {
        java.net.ServerSocket s = new java.net.ServerSocket(Integer.parseInt(args[1]), 5, java.net.InetAddress.getByName("127.0.0.1"));
        Helper.help();
        while (true) s.accept();
    }
}
